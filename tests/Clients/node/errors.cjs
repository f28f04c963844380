const { assert, OpenAI, client, requests, upload, run } = require('./common.cjs');

const once = new OpenAI({ maxRetries: 0 });

/** status, type, param, code, and what the message says. */
const refused = async (call, type, expected) => {
  const e = await call().then(() => assert.fail('It was not refused.'), (error) => error);
  assert.ok(e instanceof type, `${e}`);
  assert.deepEqual([e.status, e.type, e.param, e.code], expected.slice(0, 4), e.message);
  assert.match(e.message, expected[4]);
  assert.match(e.requestID, /^req_/);
};

const raw = (body) => () => once.post('/batches', { body });

run(async () => {
  const file = await upload(requests(1));
  const other = await client.files.create({ file: new File(['x'], 'x'), purpose: 'user_data' });
  const good = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' };
  const bad = (more) => () => once.batches.create({ ...good, ...more });
  const { NotFoundError, BadRequestError } = OpenAI;
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v']));
  const type = 'invalid_request_error';
  await refused(() => once.files.retrieve('file-none'), NotFoundError, [404, type, 'id', null, /No such File object: file-none/]);
  await refused(() => once.files.content('file-none'), NotFoundError, [404, type, 'id', null, /No such File object/]);
  await refused(() => once.files.delete('file-none'), NotFoundError, [404, type, 'id', null, /No such File object/]);
  await refused(() => once.files.list({ limit: 0 }), BadRequestError, [400, type, 'limit', 'integer_below_min_value', />= 1, but got 0/]);
  await refused(() => once.files.list({ limit: 10001 }), BadRequestError, [400, type, 'limit', 'integer_above_max_value', /<= 10000/]);
  await refused(() => once.files.list({ order: 'up' }), BadRequestError, [400, type, 'order', 'invalid_value', /'asc' and 'desc'/]);
  await refused(
    () => once.files.create({ file: new File(['x'], 'x'), purpose: 'nothing' }), BadRequestError,
    [400, type, 'purpose', null, /'nothing' is not one of \['fine-tune'.*\] - 'purpose'/]);
  await refused(() => once.files.create({ file: new File(['x'], 'x') }), BadRequestError, [400, type, 'purpose', 'missing_required_parameter', /Missing required parameter: 'purpose'/]);
  await refused(
    () => once.files.create({ file: new File(['x'], 'x'), purpose: 'batch', expires_after: { anchor: 'created_at', seconds: 60 } }), BadRequestError,
    [400, type, 'expires_after[seconds]', 'integer_below_min_value', />= 3600/]);
  await refused(() => once.batches.retrieve('batch_none'), NotFoundError, [404, type, null, null, /No batch found with id 'batch_none'/]);
  await refused(() => once.batches.cancel('batch_none'), NotFoundError, [404, type, null, null, /No batch found/]);
  await refused(() => once.batches.list({ limit: 101 }), BadRequestError, [400, type, 'limit', 'integer_above_max_value', /<= 100/]);
  await refused(bad({ input_file_id: 'file-none' }), NotFoundError, [404, type, 'id', null, /No such File object: file-none/]);
  await refused(bad({ input_file_id: other.id }), BadRequestError, [400, type, 'input_file_id', 'invalid_value', /purpose/]);
  await refused(bad({ input_file_id: undefined }), BadRequestError, [400, type, 'input_file_id', 'missing_required_parameter', /Missing required/]);
  await refused(bad({ input_file_id: 7 }), BadRequestError, [400, type, 'input_file_id', 'invalid_type', /expected a string, but got an integer/]);
  await refused(bad({ endpoint: undefined }), BadRequestError, [400, type, 'endpoint', 'missing_required_parameter', /Missing/]);
  await refused(bad({ endpoint: '/v1/nothing' }), BadRequestError, [400, type, 'endpoint', 'invalid_value', /'\/v1\/responses', .*, and '\/v1\/completions'/]);
  await refused(bad({ completion_window: '48h' }), BadRequestError, [400, type, 'completion_window', 'invalid_value', /'48h'.*'24h'/]);
  await refused(bad({ colour: 'red' }), BadRequestError, [400, type, 'colour', 'unknown_parameter', /Unknown parameter: 'colour'/]);
  await refused(bad({ metadata: 'x' }), BadRequestError, [400, type, 'metadata', 'invalid_type', /expected an object, but got a string/]);
  await refused(bad({ metadata: { a: 1 } }), BadRequestError, [400, type, 'metadata.a', 'invalid_type', /expected a string/]);
  await refused(bad({ metadata: many }), BadRequestError, [400, type, 'metadata', 'object_above_max_properties', /at most 16 .* 17/]);
  await refused(bad({ metadata: { ['k'.repeat(65)]: 'v' } }), BadRequestError, [400, type, 'metadata', 'property_name_above_max_length', /64.*65/]);
  await refused(bad({ metadata: { a: 'v'.repeat(513) } }), BadRequestError, [400, type, 'metadata.a', 'string_above_max_length', /512.*513/]);
  await refused(
    bad({ output_expires_after: { anchor: 'created_at', seconds: 1 } }), BadRequestError,
    [400, type, 'output_expires_after.seconds', 'integer_below_min_value', />= 3600/]);
  await refused(bad({ output_expires_after: { anchor: 'never', seconds: 3600 } }), BadRequestError, [400, type, 'output_expires_after.anchor', 'invalid_value', /created_at/]);
  await refused(bad({ metadata: { a: '\ud800' } }), BadRequestError, [400, type, null, null, /could not parse the JSON body/]);
  await refused(raw([1]), BadRequestError, [400, type, null, null, /could not parse the JSON body/]);
  await refused(() => once.get('/nothing'), NotFoundError, [404, type, null, null, /Invalid URL \(GET \/v1\/nothing\)/]);
  await refused(() => once.delete('/batches/x'), NotFoundError, [404, type, null, null, /Invalid URL \(DELETE \/v1\/batches\/x\)/]);
});
