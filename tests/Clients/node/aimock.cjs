// npm @copilotkit/aimock as an upstream that cuts each stream one to three times. Its only argument says how it goes on after
// a cut: "prefix" after the last message, if that is an assistant's; "again" from the beginning.
const { LLMock } = require('@copilotkit/aimock');

const count = 200;
const words = 'the herd of oxen 🐂 crosses river Môn at dawn while drovers sleep beside 牛 and märkte await them'.split(' ');

/** Some 120 words, others for each number. */
const story = (number) => {
  let seed = number + 1;
  const next = (below) => (seed = (seed * 48271) % 2147483647) % below;
  return Array.from({ length: 120 }, () => words[next(words.length)] + ['', '', '', '', ',', '.', '.\n'][next(7)]).join(' ');
};

const answer = (number) => (request) => {
  const last = request.messages.at(-1);
  const given = process.argv[2] === 'prefix' && last.role === 'assistant' ? last.content : '';
  return { content: story(number).startsWith(given) ? story(number).slice(given.length) : `What was given is not the story's beginning: ${given}` };
};

const mock = new LLMock({ port: 0, logLevel: 'silent', chunkSize: 7 });
for (let number = 0; number < count; number++) {
  const userMessage = `Tell story ${number}.`;
  mock.on({ model: 'uncut', userMessage }, answer(number));
  for (let cut = 0; cut <= number % 3; cut++) {
    mock.on({ model: 'cut', userMessage, sequenceIndex: cut }, answer(number), { latency: 1, truncateAfterChunks: 3 + (number * 7 + cut * 11) % 40 });
  }
  mock.on({ model: 'cut', userMessage }, answer(number));
}
mock.start().then(() => console.log(mock.url));
