const { assert, client, requests, upload, create, ended, lines, run } = require('./common.cjs');

const members = [
  'id', 'object', 'endpoint', 'model', 'errors', 'input_file_id', 'completion_window', 'status', 'output_file_id', 'error_file_id',
  'created_at', 'in_progress_at', 'expires_at', 'finalizing_at', 'completed_at', 'failed_at', 'expired_at', 'cancelling_at',
  'cancelled_at', 'request_counts', 'usage', 'metadata',
];

run(async () => {
  const file = await upload(requests(40));
  const created = await create(file, { metadata: { who: 'me', 日本: '語' }, output_expires_after: { anchor: 'created_at', seconds: 3600 } });
  assert.match(created.id, /^batch_/);
  assert.equal(created.object, 'batch');
  assert.deepEqual(Object.keys(created).filter((k) => k !== '_request_id').sort(), members.toSorted());
  assert.equal(created.status, 'validating');
  assert.equal(created.input_file_id, file.id);
  assert.equal(created.completion_window, '24h');
  assert.equal(created.expires_at, created.created_at + 86400);
  assert.deepEqual(created.metadata, { who: 'me', 日本: '語' });
  assert.deepEqual(created.request_counts, { total: 0, completed: 0, failed: 0 });
  for (const unset of ['model', 'errors', 'output_file_id', 'error_file_id', 'in_progress_at', 'completed_at']) assert.equal(created[unset], null);

  const batch = await ended(created);
  assert.equal(batch.status, 'completed');
  assert.equal(batch.model, 'gpt-4o-mini');
  assert.deepEqual(batch.request_counts, { total: 40, completed: 40, failed: 0 });
  assert.ok(batch.created_at <= batch.in_progress_at && batch.in_progress_at <= batch.finalizing_at && batch.finalizing_at <= batch.completed_at);
  assert.equal(batch.error_file_id, null);
  for (const unset of ['errors', 'failed_at', 'expired_at', 'cancelling_at', 'cancelled_at']) assert.equal(batch[unset], null);

  const output = await lines(batch.output_file_id);
  assert.deepEqual(output.map((l) => l.custom_id).sort(), Array.from({ length: 40 }, (_, i) => `r${i}`).sort());
  for (const line of output) {
    assert.match(line.id, /^batch_req_/);
    assert.equal(line.error, null);
    assert.equal(line.response.status_code, 200);
    assert.equal(line.response.body.object, 'chat.completion');
  }
  const sum = (of) => output.reduce((n, l) => n + of(l.response.body.usage), 0);
  assert.equal(batch.usage.input_tokens, sum((u) => u.prompt_tokens));
  assert.equal(batch.usage.output_tokens, sum((u) => u.completion_tokens));
  assert.equal(batch.usage.total_tokens, batch.usage.input_tokens + batch.usage.output_tokens);

  const outputFile = await client.files.retrieve(batch.output_file_id);
  assert.equal(outputFile.purpose, 'batch_output');
  assert.equal(outputFile.filename, `${batch.id}_output.jsonl`);
  assert.equal(outputFile.expires_at, outputFile.created_at + 3600);
  const listed = [];
  for await (const f of client.files.list({ purpose: 'batch_output' })) listed.push(f.id);
  assert.ok(listed.includes(batch.output_file_id));

  // The same batch on Drover's own surface, and one of its own seen here.
  const api = client.baseURL.replace(/\/v1$/, '/api/batches');
  assert.equal((await (await fetch(`${api}/${batch.id}`)).json()).counts.completed, 40);
  const own = await (await fetch(api, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: 'own', items: [{ id: 'a', text: 'one' }] }),
  })).json();
  const seen = await ended(await client.batches.retrieve(own.id));
  assert.equal(seen.request_counts.completed, 1);
  assert.equal((await lines(seen.input_file_id))[0].id, 'a');
  assert.equal((await lines(seen.output_file_id))[0].custom_id, 'a');

  const all = [];
  for await (const b of client.batches.list({ limit: 1 })) all.push(b.id);
  assert.ok(all.indexOf('own') < all.indexOf(batch.id));
  assert.equal(new Set(all).size, all.length);

  const body = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' };
  const { data: estimated, response } = await client.batches.create(body, { headers: { 'x-drover-estimate': 'true' } }).withResponse();
  assert.equal(estimated.object, 'batch');
  const estimate = (what) => Number(response.headers.get(`x-drover-estimate-${what}`) ?? NaN);
  assert.deepEqual([estimate('items'), estimate('bad-lines')], [40, 0]);
  assert.ok(estimate('input-tokens') >= 40 && estimate('output-tokens') >= 40 && estimate('most-output-tokens') >= estimate('output-tokens'));
  assert.ok(estimate('cost-usd') > 0 && estimate('most-cost-usd') >= estimate('cost-usd') && estimate('seconds') > 0);
  await assert.rejects(client.batches.create(body, { headers: { 'x-drover-estimate': 'yes' } }), (e) => e.status === 400 && e.param === 'x-drover-estimate');

  const page = await client.batches.list({ limit: 1 });
  assert.ok(page.has_more);
  assert.equal(page.data.length, 1);
});
