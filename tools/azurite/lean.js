// Loaded before Azurite: leaves out what it requires at its start and, as Drover runs it, never uses. That is half of the time
// and CPU that it takes until it listens. Telemetry is switched off (--disableTelemetry), metadata are kept in files (no AZURITE_DB),
// and no HTTP client with cookies is made.
'use strict';

const Module = require('module');

const unused = new Set(['applicationinsights', './SqlBlobServer', './SqlBlobConfiguration', 'tough-cookie']);
const load = Module._load;
Module._load = function (request, ...rest) {
  return unused.has(request) ? {} : load.call(this, request, ...rest);
};
