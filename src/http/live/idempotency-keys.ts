/** Idempotency keys: a request that is sent twice starts one run. */
import { createHash } from 'node:crypto'
import type { Clock, RunHandle } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'

interface RememberedKey {
  readonly handle: RunHandle
  /** The hash of the params as they were sent, to tell a repetition from another request under the same key. */
  readonly sent: string
  readonly until: number
}

const keptForMs = 600_000
/** Oldest first out: a client that makes keys without end takes its own older ones away. */
const maxKeys = 10_000

/** The keys of the last ten minutes, per task. */
export class IdempotencyKeys {
  readonly #kept = new Map<string, RememberedKey>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The run of a key, started by `start` if there is none.
   *
   * @throws Problem 422 when the key stands for other params.
   */
  once(
    task: string,
    key: string,
    params: unknown,
    start: () => RunHandle,
  ): { readonly handle: RunHandle; readonly isRepeated: boolean } {
    this.#forget()
    // Hashes: ten thousand of the largest requests would else be kept for ten minutes.
    const id = hash([task, key])
    const sent = hash(params ?? {})
    const kept = this.#kept.get(id)
    if (kept === undefined) {
      const handle = start()
      this.#kept.set(id, { handle, sent, until: this.#clock.monotonic() + keptForMs })
      return { handle, isRepeated: false }
    }
    if (kept.sent === sent) return { handle: kept.handle, isRepeated: true }
    throw new Problem(422, 'key-reused', 'Cannot use that idempotency key as it stands for other params.', {
      hint: 'Make a new key for each request that is not a repetition.',
    })
  }

  #forget(): void {
    const now = this.#clock.monotonic()
    for (const [id, { until }] of this.#kept) {
      if (until > now && this.#kept.size < maxKeys) return
      this.#kept.delete(id)
    }
  }
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64')
}
