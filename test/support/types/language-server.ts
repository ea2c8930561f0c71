/** The compiler's language server, used like an editor. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly items?: readonly unknown[] }
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

const root = process.cwd()

export class LanguageServer {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #received = Buffer.alloc(0)
  #asked = 0
  #files = 0

  private constructor() {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    this.#process = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { cwd: root })
    this.#process.stderr.resume()
    this.#process.stdout.on('data', (data: Buffer) => this.#read(data))
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`The language server has ended: ${code}`))
    })
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer()
    await server.#ask('initialize', { processId: process.pid, rootUri: uriOf(''), capabilities: {} })
    server.#send({ method: 'initialized', params: {} })
    return server
  }

  stop(): void {
    this.#process.kill()
  }

  /** The labels of the completions at the bar in the last line of a file in the folder of tests. */
  async completionsOf(head: string, line: string): Promise<readonly string[]> {
    const uri = uriOf(`test/completions-${++this.#files}.ts`)
    const document = { uri, languageId: 'typescript', version: 1, text: head + line.replace('|', '') }
    this.#send({ method: 'textDocument/didOpen', params: { textDocument: document } })
    const position = { line: head.split('\n').length - 1, character: line.indexOf('|') }
    const context = { triggerKind: 1 }
    const result = await this.#ask('textDocument/completion', { textDocument: { uri }, position, context })
    const { items } = result as { readonly items: readonly { readonly label: string }[] }
    return items.map(({ label }) => label)
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#send({ id, method, params })
    })
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }

  #read(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data])
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.subarray(0, end).toString())?.[1])
      if (this.#received.length < end + 4 + length) return
      const body = this.#received.subarray(end + 4, end + 4 + length).toString()
      this.#received = this.#received.subarray(end + 4 + length)
      this.#take(JSON.parse(body) as Message)
    }
  }

  #take({ id, method, params, result, error }: Message): void {
    if (id === undefined) return
    // Requests of the server to the editor get an empty response.
    if (method !== undefined) return this.#send({ id, result: params?.items?.map(() => null) ?? null })
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error.message))
  }
}

function uriOf(path: string): string {
  return pathToFileURL(join(root, path)).href
}
