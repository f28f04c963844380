const { assert, requests, upload, create, ended, lines, run } = require('./common.cjs');

const failed = async (text, more) => {
  const batch = await ended(await create(await upload(text), more));
  assert.equal(batch.status, 'failed');
  assert.ok(batch.failed_at >= batch.created_at);
  for (const unset of ['in_progress_at', 'completed_at', 'output_file_id', 'error_file_id']) assert.equal(batch[unset], null);
  assert.deepEqual(batch.request_counts, { total: 0, completed: 0, failed: 0 });
  assert.equal(batch.errors.object, 'list');
  for (const e of batch.errors.data) {
    assert.deepEqual(Object.keys(e).sort(), ['code', 'line', 'message', 'param']);
    assert.equal(e.param, null);
    assert.ok(e.message.length > 10);
  }
  return batch.errors.data.map((e) => [e.code, e.line]);
};

run(async () => {
  const [one, two] = requests(2).trim().split('\n');
  const [cases, wanted] = [[
    failed(''),
    failed(`${one}\nnot json\n${two}\n`),
    failed(`${one}\n${one}\n`),
    failed(`${one}\n${two.replace('gpt-4o-mini', 'gpt-4o')}\n`),
    failed(requests(1), { endpoint: '/v1/embeddings' }),
    failed('{"custom_id":"a","method":"POST","url":"/v1/chat/completions"}\n'),
  ], [
    [['empty_batch', null]],
    [['invalid_json_line', 2]],
    [['duplicate_custom_id', 2]],
    [['model_mismatch', 2]],
    [['url_mismatch', 1]],
    [['invalid_request', 1]],
  ]];
  assert.deepEqual(await Promise.all(cases), wanted);

  // A mark, CRLF and a last line that does not end are fine; so is a line that the upstream refuses: it is an error of its own.
  const bad = JSON.stringify({ custom_id: 'bad', method: 'POST', url: '/v1/chat/completions', body: { model: 'gpt-4o-mini', messages: 'none' } });
  const batch = await ended(await create(await upload(`\uFEFF${one}\r\n${bad}\r\n${two}`)));
  assert.equal(batch.status, 'completed');
  assert.deepEqual(batch.request_counts, { total: 3, completed: 2, failed: 1 });
  const [error] = await lines(batch.error_file_id);
  assert.equal(error.custom_id, 'bad');
  assert.equal(error.error, null);
  assert.equal(error.response.status_code, 400);
  assert.ok(error.response.body.error.message);
});
