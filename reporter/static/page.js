// What a page does where there is JavaScript: it takes its stylesheet from this
// very file, which saves a request, and leaves at once.
(function (css, href) {
  var root = document.documentElement, presses = [];
  root.classList.add("js");
  try {
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  } catch (e) { // an older browser
    var link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    document.head.appendChild(link);
  }
  function leave() {
    root.hidden = true; // a slow network must not leave the page in sight
    document.title = "";
    location.replace(document.querySelector(".exit").href);
  }
  document.addEventListener("click", function (e) {
    var t = e.target.closest ? e.target : e.target.parentNode;
    if (t.closest(".exit")) {
      e.preventDefault();
      leave();
    } else if (t.closest(".print")) {
      print();
    }
  });
  // Three times: who uses a screen reader presses Escape once for other things.
  document.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") {
      presses = [];
    } else if (!e.repeat && presses.push(e.timeStamp) > 2 && e.timeStamp - presses.shift() < 1000) {
      leave();
    }
  });
  document.addEventListener("DOMContentLoaded", function () {
    var summary = document.querySelector(".summary");
    if (summary) {
      summary.focus();
    }
  });
})
