// Loaded before Azurite: leaves out what it requires at its start and, as Drover runs it, never uses. That is half of the time
// and CPU that it takes until it listens. Telemetry is switched off (--disableTelemetry), metadata are kept in files (no AZURITE_DB),
// and no HTTP client with cookies is made.
'use strict';

const fs = require('fs');
const path = require('path');
const Module = require('module');

const left = new Set(['applicationinsights', './SqlBlobServer', './SqlBlobConfiguration', 'tough-cookie']);
const load = Module._load;
Module._load = function (request, ...rest) {
  return left.has(request) ? {} : load.call(this, request, ...rest);
};

// Programs that use it say so by a file azurite.user.PID.X (AzuriteFolder). When they have all gone without ending it, as after kill -9,
// it ends by itself. Who comes writes that file before looking for azurite.stopping; we write that before looking for the files.
const folder = process.argv[process.argv.indexOf('--location') + 1];
const file = (name) => path.join(folder, `azurite.${name}`);

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (e) {
    return e.code === 'EPERM';
  }
}

function isUsed() {
  const users = fs.readdirSync(folder).filter((name) => name.startsWith('azurite.user.'));
  const gone = users.filter((name) => !isAlive(Number(name.split('.')[2])));
  gone.forEach((name) => fs.rmSync(path.join(folder, name), { force: true }));
  return gone.length < users.length;
}

let unused = 0;
const watch = setInterval(() => {
  unused = isUsed() ? 0 : unused + 1;
  if (unused < 3 || fs.existsSync(file('stopping'))) {
    return;
  }

  fs.writeFileSync(file('stopping'), String(process.pid));
  if (isUsed()) {
    fs.rmSync(file('stopping'));
    return;
  }

  fs.rmSync(file('pid'), { force: true });
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 2000);
watch.unref();
