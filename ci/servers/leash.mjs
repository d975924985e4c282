// Descriptor 3 is a socket to whoever started this server, run.mjs in the end: what the server says about itself goes
// out on it, and its end means that the other side is gone, somehow. Then nothing of the server may stay.
import { rmSync } from "node:fs";
import net from "node:net";

/** A folder for the server alone; it goes when the server does. */
export const scratch = process.env.WEIR_SCRATCH;

function perish() {
  try {
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  } finally {
    process.kill(0, "SIGKILL");
  }
}

const launcher = new net.Socket({ fd: 3 });
launcher.on("error", perish);
launcher.on("close", perish);
launcher.resume();
launcher.unref();

/** Says where the server listens: { port, scheme = "http", ca = the file of the authority that signed for it }. */
export function announce(where) {
  launcher.write(`${JSON.stringify(where)}\n`);
}
