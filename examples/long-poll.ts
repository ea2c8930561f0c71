/**
 * A long poll as work: `fromObservable` makes an RxJS Observable a workflow. The run lasts until the Observable completes; a
 * termination unsubscribes from it, which aborts the request.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, runOf } from 'gantry'
import { Observable, tap } from 'rxjs'
import { fromObservable } from 'xstate'

interface Answer {
  /** The last message; null when the server has no further ones. */
  readonly message: string | null
  readonly next: number
}

/** The server of the example: it answers a request for message `n` as soon as there is one. */
const messages = ['one', 'two', 'three', null]
const server = createServer((request, response) => {
  const n = Number(new URL(request.url!, 'http://127.0.0.1').searchParams.get('from'))
  if (n < messages.length)
    response.end(JSON.stringify({ message: messages[n] ?? null, next: n + 1 } satisfies Answer))
  else {
    response.on('close', () => {
      console.log('the request was aborted')
      server.emit('aborted')
    })
    server.emit('waiting')
  }
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

/** The messages from a server, from number `from` on. */
const poll = (from: number): Observable<Answer> =>
  new Observable((to) => {
    const abort = new AbortController()
    const ask = async (n: number): Promise<void> => {
      const response = await fetch(`${url}?from=${n}`, { signal: abort.signal })
      const answer = (await response.json()) as Answer
      if (answer.message === null) return to.complete()
      to.next(answer)
      return ask(answer.next)
    }
    ask(from).catch((error) => to.error(error))
    return () => abort.abort()
  })

// The input of the logic is the args of the task, with the params of the run.
const logic = fromObservable<Answer, { from: number }>(({ input, self }) => {
  const run = runOf(self)
  return poll(input.from).pipe(
    tap(({ message, next }) => {
      console.log(`message ${next}: ${message}`)
      run.progress(next / messages.length, `message ${next}`)
    }),
  )
})

const app = createApp({ logger: false })
const task = app.task('poll', false, { args: { from: 0 } }, logic)
await app.start()

// The server says that there are no further messages: the Observable completes.
const first = await task.run()
console.log(`first run: ${first.action}`)

// A request that is not answered, until the run is terminated.
const second = task.run({ from: messages.length })
await once(server, 'waiting')
second.terminate()
const [{ action, reason }] = await Promise.all([second, once(server, 'aborted')])
console.log(`second run: ${action}, ${reason}`)

app.session.shutDown()
await app.session.stopped
server.close()
