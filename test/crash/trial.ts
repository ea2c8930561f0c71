/** A store whose process is killed repeatedly, and the checks after each kill. */

import { isNote, type LogEntry } from '../../src/log/entry.ts'
import { resolveStore } from '../../src/log/resolve-store.ts'
import type { LogProblem } from '../../src/log/store-problem.ts'
import { findSqlite } from '../../src/log/stores/sqlite/driver.ts'
import { type Announced, audit, openRuns, unfollowed } from './audit.ts'
import { type Child, type ProcessEnd, startChild } from './child.ts'

export class Trial {
  /** The violations found. */
  readonly wrong: string[] = []
  readonly #announced: Announced[] = []
  #entries: readonly LogEntry[] = []
  /** Runs that the last process left open. */
  #open: ReadonlySet<string> = new Set()
  #kills = 0
  #killedEarly = 0
  #torn = 0

  constructor(readonly option: string) {}

  /** Starts a process that is killed, by `kill` or by itself, and checks its log. */
  async kill(args: readonly string[], kill: (child: Child) => Promise<void>): Promise<void> {
    const child = startChild([this.option, ...args])
    await kill(child)
    const end = await child.ended
    this.#kills++
    if (!end.isReady) this.#killedEarly++
    if (end.code !== null) this.wrong.push(`the process ended by itself, with code ${end.code}`)
    await this.#check(end)
  }

  /** Starts a process in which every run ends, and checks its log. */
  async settle(): Promise<void> {
    const end = await startChild([this.option, 'settle']).ended
    if (end.code !== 0) this.wrong.push(`the last process ended with code ${end.code}`)
    await this.#check(end)
    this.wrong.push(...unfollowed(this.#entries))
    for (const runId of this.#open) this.wrong.push(`run ${runId} has no end after a clean stop`)
  }

  /** A one-line summary. */
  toString(): string {
    const count = (action: string): number =>
      this.#entries.filter((entry) => !isNote(entry) && entry.action === action).length
    const verdict = this.wrong.length === 0 ? 'nothing lost, nothing twice' : `${this.wrong.length} wrong`
    return (
      `${this.option.split(':', 1)[0]!.padEnd(8)} ${this.#kills} kills (${this.#killedEarly} while it started), ` +
      `${count('run')} runs, ${this.#announced.length} records announced, ${count('crash')} crashes, ` +
      `${this.#torn} torn tails: ${verdict}`
    )
  }

  async #check(end: ProcessEnd): Promise<void> {
    this.#announced.push(...end.announced)
    for (const { pid, command } of end.orphans) this.wrong.push(`process ${pid} outlived it: ${command}`)
    const { entries, problems } = await readLog(this.option)
    for (const { kind, message } of problems)
      if (kind === 'torn tail') this.#torn++
      else this.wrong.push(message)
    this.wrong.push(...audit(entries, this.#announced, end.isReady ? this.#open : new Set()))
    this.#entries = entries
    this.#open = openRuns(entries)
  }
}

/** The whole log as the next process finds it. */
export async function readLog(
  option: string,
): Promise<{ entries: readonly LogEntry[]; problems: LogProblem[] }> {
  const problems: LogProblem[] = []
  if (option.startsWith('sqlite:')) {
    const db = findSqlite()(option.slice('sqlite:'.length))
    const check = db.prepare('PRAGMA integrity_check').all()
    if (JSON.stringify(check) !== '[{"integrity_check":"ok"}]') throw new Error(JSON.stringify(check))
    db.prepare('PRAGMA journal_mode = DELETE').all()
    db.close()
  }
  const store = await resolveStore(option, { onProblem: (problem) => problems.push(problem) })
  const entries = await store.load()
  await store.close()
  return { entries, problems }
}
