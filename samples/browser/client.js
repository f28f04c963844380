// Streams a chat completion from Drover and goes on where it stood when a connection is lost. No dependencies, no build.

const longestWait = 15_000

export class ResumableChat {
  #last = null // The id of the last event: all that is needed to go on.
  #next = {} // The event whose lines are being read.
  #stream = null
  #connection = null
  #ended = false
  #stopped = false

  constructor({ base = '', key = '', onText, onState }) {
    Object.assign(this, { base, key, onText, onState })
  }

  async run(request) {
    for (let wait = 500; !this.#ended; wait = Math.min(wait * 2, longestWait)) {
      const before = this.#last
      try {
        await this.#connect(request)
      } catch (error) {
        if (error.isFinal) {
          return this.#end(`failed: ${error.message}`)
        }
      }

      if (this.#ended) return
      if (this.#stopped && !this.#stream) return this.#end('stopped')
      if (this.#last !== before) wait = 500
      this.onState(`connection lost; again in ${wait / 1000} s`)
      await new Promise((resolve) => setTimeout(resolve, wait * (0.8 + 0.4 * Math.random())))
    }
  }

  /** Ends the stream for good; disconnecting alone does not. */
  async stop() {
    this.#stopped = true
    if (this.#stream) await fetch(`${this.base}/v1/streams/${this.#stream}`, { method: 'DELETE', headers: this.#headers() })
    else this.#connection?.abort()
  }

  /** Loses the connection, as a tunnel does. */
  drop() {
    this.#connection?.abort()
  }

  async #connect(request) {
    this.onState('connecting')
    this.#connection = new AbortController()
    const options = { signal: this.#connection.signal, headers: this.#headers() }
    const response = this.#stream
      ? await fetch(`${this.base}/v1/streams/${this.#stream}`, options)
      : await fetch(`${this.base}/v1/chat/completions`, { ...options, method: 'POST', body: JSON.stringify({ ...request, stream: true }) })
    if (response.status === 204) return this.#end('completed')
    if (!response.ok) {
      const { error } = await response.json().catch(() => ({ error: { message: `HTTP ${response.status}` } }))
      throw Object.assign(new Error(error.message), { isFinal: response.status < 500 && response.status !== 429 })
    }

    this.#stream = response.headers.get('x-drover-stream-id') ?? this.#stream
    this.onState('streaming')
    let rest = ''
    this.#next = {}
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split('\n')
      rest = lines.pop()
      lines.forEach((line) => this.#read(line))
    }
  }

  #read(line) {
    if (line.startsWith('id: ')) this.#next.id = line.slice(4)
    else if (line.startsWith('data: ')) this.#next.data = line.slice(6)
    else if (line.startsWith(': reconnecting')) this.onState(`the upstream broke; ${line.slice(2)}`)
    else if (line === '') {
      const { id, data } = this.#next
      this.#next = {}
      if (data) {
        this.#take(data)
        this.#last = id
      }
    }
  }

  #take(data) {
    if (data === '[DONE]') return this.#end('completed')
    const chunk = JSON.parse(data)
    if (chunk.error) return this.#end(chunk.error.code === 'stream_cancelled' ? 'stopped' : `failed: ${chunk.error.message}`)
    const text = chunk.choices[0]?.delta?.content
    if (text) {
      this.onState('streaming')
      this.onText(text)
    }
  }

  #headers() {
    return {
      'Content-Type': 'application/json',
      ...(this.key && { Authorization: `Bearer ${this.key}` }),
      ...(this.#last && { 'Last-Event-ID': this.#last }),
    }
  }

  #end(state) {
    this.#ended = true
    this.onState(state)
  }
}
