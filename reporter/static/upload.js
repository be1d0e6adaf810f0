// Sends files in parts, so that a bad network costs no more than one of them.
// Without this file, or where it fails, the form sends small files whole.
"use strict";
(function () {
  const chunkSize = 262144, most = 20971520, patience = 12;
  const form = document.getElementById("status");
  const input = document.getElementById("files");
  if (!form || !input || !window.crypto || !crypto.subtle || !window.fetch) {
    return;
  }
  const button = form.querySelector('button[name="do"][value="files"]');
  const said = document.getElementById("files-said");
  const receipt = form.elements.receipt.value;

  button.addEventListener("click", function (e) {
    const files = Array.from(input.files);
    if (files.length === 0 || files.some((f) => f.size > most)) {
      return; // the server says what is wrong
    }
    e.preventDefault();
    button.disabled = true;
    input.value = ""; // so that the form, sent at the end, does not send them again
    sendAll(files).then(show, function () {
      button.disabled = false;
      said.textContent = said.dataset.failed;
    });
  });

  async function sendAll(files) {
    const total = files.reduce((sum, f) => sum + f.size, 0);
    let before = 0;
    for (const file of files) {
      await send(file, (sent) => progress((before + sent) / total));
      before += file.size;
    }
  }

  async function send(file, sent) {
    const bytes = withoutMetadata(new Uint8Array(await file.arrayBuffer()));
    const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
    // The same file of the same report has the same id: after a break, even on
    // another day, only what is missing is sent.
    const id = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(receipt + digest))).slice(0, 32);
    const known = (await call("/v1/status", {})).evidence.find((f) => f.id === id);
    if (known && known.state !== "receiving") {
      return;
    }
    const there = new Set(known ? known.received : []);
    for (let index = 0; index * chunkSize < bytes.length; index++) {
      if (!there.has(index)) {
        const data = bytes.subarray(index * chunkSize, (index + 1) * chunkSize);
        await call("/v1/evidence", { file: id, index: index, data: base64(data) });
      }
      sent(Math.min(file.size, (index + 1) * chunkSize));
    }
    await call("/v1/evidence", { file: id, manifest: { name: file.name, size: bytes.length, sha256: digest } });
  }

  // call posts until there is an answer, and waits in between: longer each time,
  // or as long as the server asks.
  async function call(path, body) {
    for (let attempt = 0; ; attempt++) {
      let wait = Math.min(30, 2 ** attempt);
      try {
        const answer = await fetch(path, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(Object.assign({ receipt: receipt }, body)),
        });
        if (answer.ok) {
          return await answer.json();
        }
        if (answer.status < 500 && answer.status !== 429) {
          throw new Error("refused");
        }
        wait = Number(answer.headers.get("Retry-After")) || wait;
      } catch (e) {
        if (e.message === "refused") {
          throw e;
        }
      }
      if (attempt >= patience) {
        throw new Error("away");
      }
      said.textContent = said.dataset.waiting;
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  function progress(part) {
    said.textContent = said.dataset.sending.replace("#", Math.floor(part * 100));
  }

  // show loads the page anew, with everything else that was typed.
  function show() {
    button.disabled = false;
    button.value = "";
    button.formEnctype = "application/x-www-form-urlencoded";
    form.requestSubmit ? form.requestSubmit(button) : form.submit();
  }

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");
  }

  function base64(bytes) {
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) {
      text += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192));
    }
    return btoa(text);
  }

  // withoutMetadata takes out of a JPEG or PNG what tells of place and device,
  // before it leaves this device. What it does not understand stays as it is:
  // the server looks at every file again.
  function withoutMetadata(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      return cleanJPEG(bytes);
    }
    return bytes[0] === 0x89 && bytes[1] === 0x50 ? cleanPNG(bytes) : bytes;
  }

  function cleanJPEG(bytes) {
    const kept = [bytes.subarray(0, 2)];
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
      const marker = bytes[at + 1];
      if (marker === 0xda) { // the picture itself
        return joined(kept.concat(bytes.subarray(at)));
      }
      const end = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
      if (end > bytes.length) {
        break;
      }
      const segment = bytes.subarray(at, end);
      if (marker === 0xe1 && turned(segment)) {
        return bytes; // which way is up stands in there: the server keeps that alone
      }
      // Of the application's own segments JFIF and Adobe's colours stay.
      if (!(marker === 0xfe || (marker > 0xe0 && marker <= 0xef && marker !== 0xee))) {
        kept.push(segment);
      }
      at = end;
    }
    return bytes;
  }

  // turned says whether a segment may hold an orientation other than upright.
  function turned(segment) {
    const exif = String.fromCharCode.apply(null, segment.subarray(4, 8)) === "Exif";
    if (!exif || segment.length < 24) {
      return false;
    }
    const view = new DataView(segment.buffer, segment.byteOffset + 10, segment.length - 10);
    const little = view.getUint16(0) === 0x4949;
    const list = view.getUint32(4, little);
    for (let i = 0; list + 14 + i * 12 <= view.byteLength && i < view.getUint16(list, little); i++) {
      if (view.getUint16(list + 2 + i * 12, little) === 0x0112) {
        return view.getUint16(list + 10 + i * 12, little) !== 1;
      }
    }
    return false;
  }

  function cleanPNG(bytes) {
    const told = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME", "iCCP"];
    const kept = [bytes.subarray(0, 8)];
    for (let at = 8; at + 12 <= bytes.length; ) {
      const size = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
      const end = at + 12 + size;
      if (end > bytes.length) {
        return bytes;
      }
      if (told.indexOf(String.fromCharCode.apply(null, bytes.subarray(at + 4, at + 8))) < 0) {
        kept.push(bytes.subarray(at, end));
      }
      at = end;
    }
    return joined(kept);
  }

  function joined(parts) {
    const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
})();
