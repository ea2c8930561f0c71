/** Reports on a blocked event loop: the cause is named only if it was measured. The test provides the source of the lag. */
import { expect, test } from '@jest/globals'
import { type LagSource, LoopLag } from '../../../src/executors/inline/event-loop-lag.ts'
import { Stretches } from '../../../src/executors/inline/loop-stretches.ts'

/** An event loop whose time the test controls. */
class Loop {
  at = 0
  worked = 0
  readonly said: { readonly message: string; readonly task: string | undefined }[] = []
  readonly stretches = new Stretches(() => this.at)
  #beat: { readonly at: number; readonly call: () => void } | null = null
  readonly source: LagSource = {
    now: () => this.at,
    work: () => {
      const before = this.worked
      return () => this.worked - before
    },
    callAfter: (ms, call) => {
      const beat = { at: this.at + ms, call }
      this.#beat = beat
      return () => {
        if (this.#beat === beat) this.#beat = null
      }
    },
    stretches: this.stretches,
  }
  readonly lag = new LoopLag(
    (_, message, about) => this.said.push({ message, task: about?.task }),
    this.source,
  )

  get hasBeat(): boolean {
    return this.#beat !== null
  }

  /** Blocks the loop for a duration; timers wait. */
  hold(ms: number): void {
    this.at += ms
    this.worked += ms
  }

  /** Lets the loop idle for a duration, with its timers on time. */
  idle(ms: number): void {
    const until = this.at + ms
    for (let beat = this.#beat; beat !== null && beat.at <= until; beat = this.#beat) {
      this.at = Math.max(this.at, beat.at)
      this.#beat = null
      beat.call()
    }
    this.at = Math.max(this.at, until)
  }

  get named(): (string | undefined)[] {
    return this.said.map(({ task }) => task)
  }
}

const awaiting = {}
const other = {}

test('work that blocks it in its first stretch is named, once', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.lag.measure('computes', () => loop.hold(700))
  loop.idle(2000)
  expect(loop.named).toEqual(['computes'])
  expect(loop.said[0]!.message).toMatch(/blocked for 700 ms by task 'computes'/)
})

test('work that only awaits is never named, even as the only live run', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.hold(1200)
  loop.idle(2000)
  expect(loop.named).toEqual([undefined])
  expect(loop.said[0]!.message).toMatch(/blocked for 700 ms.* not measured; running at that time: 'waits'\./)
})

test('work that blocks it after an await is listed with the others: nothing proves the cause', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.lag.begin(other, 'computes after its await')
  loop.hold(1200)
  loop.lag.end(other)
  loop.idle(2000)
  expect(loop.named).toEqual([undefined])
  expect(loop.said[0]!.message).toContain("running at that time: 'waits', 'computes after its await'.")
})

test('several stretches of one task that cover most of the time name it; a small part does not', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.idle(400)
  for (let n = 0; n < 4; n++) loop.lag.measure('computes', () => loop.hold(180))
  loop.idle(2000)
  expect(loop.named).toEqual(['computes'])
  loop.idle(400)
  loop.lag.measure('computes', () => loop.hold(150))
  loop.hold(700)
  loop.idle(2000)
  expect(loop.named).toEqual(['computes', undefined])
})

test('the scheduler names itself for its own time, and not for that of work within it', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.stretches.measure({ part: 'launching' }, () => loop.hold(1100))
  loop.idle(2000)
  expect(loop.said.at(-1)).toEqual({
    task: undefined,
    message: expect.stringMatching(/by the scheduler itself \(launching\)/),
  })
  loop.stretches.measure({ part: 'launching' }, () => {
    loop.hold(30)
    loop.lag.measure('computes', () => loop.hold(900))
  })
  loop.idle(2000)
  expect(loop.named).toEqual([undefined, 'computes'])
})

test('a machine that slept did not block the loop', () => {
  const loop = new Loop()
  loop.lag.begin(awaiting, 'waits')
  loop.at += 60_000
  loop.idle(1000)
  expect(loop.said).toEqual([])
})

test('without live runs there is no timer; stop() removes it', () => {
  const loop = new Loop()
  loop.lag.measure('short', () => loop.hold(1))
  expect(loop.hasBeat).toBe(false)
  loop.lag.begin(awaiting, 'waits')
  loop.lag.end(awaiting)
  loop.idle(600)
  expect(loop.hasBeat).toBe(false)
  loop.lag.begin(awaiting, 'waits')
  loop.lag.stop()
  expect(loop.hasBeat).toBe(false)
})
