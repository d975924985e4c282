// Loaded into a server before its own code (node --import). The servers bind whatever port they are told, some of them
// on every interface; this makes them bind a free port on 127.0.0.1 instead, so that any number of them run side by
// side and nothing can be reached from outside. Nothing else about them changes.
//
// Descriptor 3 is a socket to run.mjs: the port goes out on it, and its end means that run.mjs is gone, somehow.
import net from "node:net";
import { syncBuiltinESMExports } from "node:module";

const launcher = new net.Socket({ fd: 3 });
launcher.on("error", () => process.kill(0, "SIGKILL"));
launcher.on("close", () => process.kill(0, "SIGKILL"));
launcher.resume();
launcher.unref();

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const callback = args.findLast((arg) => typeof arg === "function");
  this.once("listening", () => launcher.write(`${JSON.stringify({ port: this.address().port })}\n`));
  return listen.call(this, { host: "127.0.0.1", port: 0 }, ...(callback ? [callback] : []));
};
syncBuiltinESMExports();
