const { assert, client, requests, upload, create, ended, lines, run } = require('./common.cjs');

run(async () => {
  let batch = await create(await upload(requests(8000, 'c')));
  while (batch.request_counts.completed < 50) batch = await client.batches.retrieve(batch.id);
  assert.equal(batch.status, 'in_progress');

  // What there is can be read while it runs.
  assert.ok((await lines(batch.output_file_id)).length >= 50);

  const started = Date.now();
  const cancelling = await client.batches.cancel(batch.id);
  assert.equal(cancelling.status, 'cancelling');
  assert.ok(cancelling.cancelling_at >= cancelling.created_at);
  assert.ok(['cancelling', 'cancelled'].includes((await client.batches.cancel(batch.id)).status));
  batch = await ended(cancelling);
  assert.ok(Date.now() - started < 20000, `${Date.now() - started} ms`);

  assert.equal(batch.status, 'cancelled');
  assert.ok(batch.cancelled_at >= batch.cancelling_at);
  for (const unset of ['completed_at', 'failed_at', 'expired_at', 'finalizing_at']) assert.equal(batch[unset], null);
  const { total, completed, failed } = batch.request_counts;
  assert.equal(total, 8000);
  assert.equal(failed, 0);
  const output = await lines(batch.output_file_id);
  const errors = await lines(batch.error_file_id);
  assert.equal(output.length, completed);
  assert.equal(output.length + errors.length, 8000);
  assert.ok(errors.every((l) => l.response === null && l.error.code === 'batch_cancelled'));
  assert.equal((await client.batches.cancel(batch.id)).status, 'cancelled');

  const done = await ended(await create(await upload(requests(1))));
  const tries = [];
  await assert.rejects(
    client.batches.cancel(done.id, { headers: {} }).catch((e) => { tries.push(e); throw e; }),
    (e) => e.status === 409 && e.message === "409 Cannot cancel a batch with status 'completed'.");
  assert.equal(tries[0].headers.get('x-should-retry'), 'false');
});
