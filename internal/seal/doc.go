// Package seal makes envelopes: what only one service may read, sealed to that
// service's public key (HPKE, RFC 9180, with MLKEM768X25519, HKDF-SHA256 and
// AES-256-GCM) and padded, so that its length tells little.
//
// Who seals can't open: the opening side is in seal/open for services and in
// seal/receipt for the reporter's receipt. The intake never imports seal/open;
// a test of the import rules holds it to that.
package seal
