const { assert, OpenAI, client, requests, upload, create, ended, lines, run } = require('./common.cjs');

// 'before' the upstream has the model, and 'after'.
const [, , when] = process.argv;

const retry = (id, query) => client.post(`/batches/${id}/retry`, { query });

run(async () => {
  if (when === 'before') {
    // From an upstream that has worked, that it lacks a model is the items' error, not a wrong set-up.
    await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] });
    const batch = await ended(await create(await upload(requests(3, 'a', 'claude-3.5-sonnet')), { metadata: { again: 'yes' } }));
    assert.deepEqual([batch.status, batch.request_counts], ['completed', { total: 3, completed: 0, failed: 3 }]);
    assert.ok((await lines(batch.error_file_id)).every((l) => l.response.body.error.code === 'model_not_found'));
    return;
  }

  let batch;
  for await (const b of client.batches.list()) if (b.metadata.again === 'yes') batch ??= b;
  const again = await retry(batch.id, { code: 'model_not_found' });
  assert.equal(again.object, 'batch');
  assert.deepEqual([again.id, again.status, again.completed_at], [batch.id, 'in_progress', null]);

  batch = await ended(await client.batches.retrieve(batch.id));
  assert.deepEqual([batch.status, batch.request_counts, batch.error_file_id], ['completed', { total: 3, completed: 3, failed: 0 }, null]);
  assert.deepEqual((await lines(batch.output_file_id)).map((l) => l.custom_id).sort(), ['a0', 'a1', 'a2']);

  assert.equal((await retry(batch.id)).status, 'completed'); // There is nothing left to try.
  await assert.rejects(retry('batch_none'), (e) => e instanceof OpenAI.NotFoundError && /No batch found with id 'batch_none'/.test(e.message));
  const running = await create(await upload(requests(500, 'r')));
  await assert.rejects(retry(running.id), (e) => e instanceof OpenAI.ConflictError && e.headers.get('x-should-retry') === 'false' && /Cannot retry a batch/.test(e.message));
  await client.batches.cancel(running.id);
});
