// Looks for the host: its files, its environment, its processes, its users.
import * as fs from "node:fs";
import * as os from "node:os";

const attempt = async (run) => {
  try {
    return { got: String(JSON.stringify(await run())).slice(0, 300) };
  } catch (error) {
    return { refused: String(error?.message ?? error).slice(0, 200) };
  }
};
const hostPaths = [
  ...["/proc", "/proc/self/environ", "/proc/self/maps", "/proc/1/cmdline", "/proc/self/root"],
  ...["/etc/passwd", "/etc/shadow", "/root", "/home", "/usr", "/sys/fs/cgroup", "/var", "/lib"],
  ...["/workerd", "/cfg", "/cfg/cell.capnp", "/cfg/host.js", "/run", "/run/in", "/run/out.sock"],
  ...["/run/in/in.sock", "/dev/shm", "/dev/mem", "/bundle/../run", "/tmp/../proc/self/environ"],
];

export default {
  async fetch() {
    const seen = {};
    for (const path of hostPaths) {
      seen[`file ${path}`] = await attempt(() => fs.readFileSync(path, "latin1"));
      seen[`folder ${path}`] = await attempt(() => fs.readdirSync(path));
      seen[`write ${path}`] = await attempt(() => fs.writeFileSync(`${path}/x`, "x") ?? "written");
    }
    seen["link out"] = await attempt(() => {
      fs.symlinkSync("/etc/passwd", "/tmp/link");
      return fs.readFileSync("/tmp/link", "latin1");
    });
    return Response.json({
      seen,
      root: fs.readdirSync("/"),
      environment: await attempt(() => process.env),
      arguments: await attempt(() => [process.argv, process.execPath, process.cwd()]),
      ids: await attempt(() => [process.pid, process.ppid, process.getuid?.(), process.title]),
      system: await attempt(() => [os.hostname(), os.userInfo?.(), os.networkInterfaces()]),
      usage: await attempt(() => [process.memoryUsage(), os.cpus(), os.totalmem(), os.loadavg()]),
      report: await attempt(() => process.report?.getReport()),
    });
  },
};
