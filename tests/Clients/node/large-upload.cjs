const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { assert, client, run } = require('./common.cjs');

run(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drover-node-'));
  const name = path.join(folder, 'large.jsonl');
  const line = (i) => `${JSON.stringify({ custom_id: `${i}`, padding: 'é'.repeat(500) })}\n`;
  fs.writeFileSync(name, Array.from({ length: 5000 }, (_, i) => line(i)).join(''));
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const wanted = hash(fs.readFileSync(name));

  const file = await client.files.create({ file: fs.createReadStream(name), purpose: 'batch' });
  const back = Buffer.from(await (await client.files.content(file.id)).arrayBuffer());
  fs.rmSync(folder, { recursive: true });
  assert.ok(back.length > 5e6);
  assert.equal(file.bytes, back.length);
  assert.equal(hash(back), wanted);
});
