const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { assert, client, requests, upload, run } = require('./common.cjs');

run(async () => {
  // As a read stream: chunked, without a length, the file's part first.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drover-node-'));
  const name = path.join(folder, '入力 é.jsonl');
  fs.writeFileSync(name, requests(3));
  const streamed = await client.files.create({ file: fs.createReadStream(name), purpose: 'batch' });
  fs.rmSync(folder, { recursive: true });
  assert.match(streamed.id, /^file-/);
  assert.equal(streamed.object, 'file');
  assert.equal(streamed.purpose, 'batch');
  assert.equal(streamed.filename, '入力 é.jsonl');
  assert.equal(streamed.bytes, Buffer.byteLength(requests(3)));
  assert.equal(streamed.status, 'processed');
  assert.equal(streamed.status_details, null);
  assert.equal(streamed.expires_at, streamed.created_at + 30 * 86400);

  const short = await client.files.create({
    file: new File(['{}\n'], 'plain'), purpose: 'user_data', expires_after: { anchor: 'created_at', seconds: 7200 },
  });
  assert.equal(short.expires_at, short.created_at + 7200);
  const forever = await client.files.create({ file: new File(['x'], 'x.txt'), purpose: 'user_data' });
  assert.equal(forever.expires_at, null);

  assert.deepEqual(await client.files.retrieve(streamed.id), streamed);
  const content = await client.files.content(streamed.id);
  assert.equal(content.headers.get('content-type'), 'application/octet-stream');
  assert.match(content.headers.get('content-disposition'), /^attachment; filename="/);
  assert.equal(await content.text(), requests(3));

  // Page by page, as the SDK does it: newest first, by the last item's id.
  for (let i = 0; i < 5; i++) await upload('{}\n', `page-${i}.jsonl`);
  const names = [];
  for await (const file of client.files.list({ limit: 2, purpose: 'batch' })) {
    assert.equal(file.purpose, 'batch');
    names.push(file.filename);
  }
  const mine = names.filter((n) => n.startsWith('page-'));
  assert.deepEqual(mine, ['page-4.jsonl', 'page-3.jsonl', 'page-2.jsonl', 'page-1.jsonl', 'page-0.jsonl']);
  const oldest = [];
  for await (const file of client.files.list({ limit: 3, order: 'asc', purpose: 'batch' })) oldest.push(file.filename);
  assert.deepEqual(oldest.filter((n) => n.startsWith('page-')), mine.toReversed());
  assert.ok((await client.files.list({ limit: 1 })).has_more);

  assert.deepEqual(await client.files.delete(short.id), { id: short.id, object: 'file', deleted: true });
  await assert.rejects(client.files.retrieve(short.id), (e) => e.status === 404 && e.param === 'id');

  const response = await client.files.list().asResponse();
  assert.match(response.headers.get('x-request-id'), /^req_/);
  assert.equal(response.headers.get('openai-version'), '2020-10-01');
  assert.match(response.headers.get('openai-processing-ms'), /^\d+$/);
});
