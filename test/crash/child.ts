/** The killed process, observed from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../src/clock/system-clock.ts'
import { findMarked, type Marked, markName } from '../support/marked.ts'
import type { Announced } from './audit.ts'

const clock = createSystemClock()
/** The time after which processes that it started must be gone, ms. */
const goneMs = 5_000

const program = fileURLToPath(new URL('./app.js', import.meta.url))

/** The output and the end of a process. */
export interface ProcessEnd {
  readonly announced: readonly Announced[]
  /** True if its tasks could launch. */
  readonly isReady: boolean
  /** Null if it was killed. */
  readonly code: number | null
  /** Processes that it had started and that outlived it. */
  readonly orphans: readonly Marked[]
}

/** A running process. */
export interface Child {
  readonly process: ChildProcess
  /** Resolves when its tasks may launch, or when it has ended. */
  readonly ready: Promise<void>
  readonly ended: Promise<ProcessEnd>
}

/** Starts the process. */
export function startChild(args: readonly string[]): Child {
  const mark = randomUUID()
  const made = spawn(process.execPath, ['--no-warnings', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [markName]: mark },
  })
  let text = ''
  let isReady = false
  let markReady = (): void => {}
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  made.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (isReady || !text.includes('"ready"')) return
    isReady = true
    markReady()
  })
  const ended = new Promise<ProcessEnd>((resolve) => {
    // Not the end of its output, which an orphan may keep open.
    made.once('exit', async (code) => {
      markReady()
      const orphans = await orphansOf(mark)
      if (!made.stdout.readableEnded && orphans.length === 0) await once(made.stdout, 'end')
      // The kill may have cut the last line short: it does not count.
      const lines = text.split('\n').slice(0, -1)
      const printed = lines.map((line) => JSON.parse(line) as Announced | { ready: number })
      resolve({ announced: printed.filter((line) => 'runId' in line), isReady, code, orphans })
    })
  })
  return { process: made, ready, ended }
}

/** Processes with the mark that are live after the time to end. They are killed, as they must not disturb later trials. */
async function orphansOf(mark: string): Promise<readonly Marked[]> {
  const until = clock.monotonic() + goneMs
  while (findMarked(mark).length > 0 && clock.monotonic() < until) await clock.sleep(5)
  const orphans = findMarked(mark)
  for (const { pid } of orphans) process.kill(pid, 'SIGKILL')
  return orphans
}
