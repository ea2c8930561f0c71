/** Idempotency keys, by which a repeated request starts only one run. */
import { createHash } from 'node:crypto'
import type { Clock, RunHandle } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'

interface RememberedKey {
  readonly handle: RunHandle
  /** Hash of the params, to distinguish a repetition from another request with the same key. */
  readonly sent: string
  readonly until: number
}

const keptForMs = 600_000
/** Maximum number of keys; the oldest are dropped first. */
const maxKeys = 10_000

/** The keys of the last ten minutes, per task. */
export class IdempotencyKeys {
  readonly #kept = new Map<string, RememberedKey>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The run of a key, started by `start` if the key is new.
   *
   * @throws Problem 422 if the key was used with other params.
   */
  once(
    task: string,
    key: string,
    params: unknown,
    start: () => RunHandle,
  ): { readonly handle: RunHandle; readonly isRepeated: boolean } {
    this.#forget()
    // Hashed, so that ten thousand of the largest requests are not kept for ten minutes.
    const id = hash([task, key])
    const sent = hash(params ?? {})
    const kept = this.#kept.get(id)
    if (kept === undefined) {
      const handle = start()
      this.#kept.set(id, { handle, sent, until: this.#clock.monotonic() + keptForMs })
      return { handle, isRepeated: false }
    }
    if (kept.sent === sent) return { handle: kept.handle, isRepeated: true }
    throw new Problem(
      422,
      'key-reused',
      'Cannot use that idempotency key as it was used with other params.',
      {
        hint: 'Use a new key for each request that is not a repetition.',
      },
    )
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
