/**
 * `node run.js [KILLS] [SEED]`: kills a process that runs twenty tasks, so many times per store at random instants, looks at
 * what it left each time, and at the end whether everything that was to follow has followed. Prints the counts.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../src/clock.ts'
import type { LogProblem } from '../../src/log/problem.ts'
import { resolveStore } from '../../src/log/resolve-store.ts'
import { isNote, type LogEntry } from '../../src/log/run-log.ts'
import { findSqlite } from '../../src/log/sqlite-driver.ts'
import { type Announced, audit, openRuns, unfollowed } from './audit.ts'

const kills = Number(process.argv[2] ?? 200)
let seed = Number(process.argv[3] ?? 1)
const child = fileURLToPath(new URL('./app.js', import.meta.url))
const clock = createSystemClock()

/** Evenly from 0 to 1, the same for the same seed. */
function random(): number {
  seed = (Math.imul(seed ^ (seed >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
  return seed / 2 ** 32
}

/** What a child told until it ended. */
interface Told {
  readonly announced: Announced[]
  readonly isReady: boolean
  readonly code: number | null
}

function start(args: readonly string[]): {
  process: ChildProcess
  ready: Promise<void>
  ended: Promise<Told>
} {
  const made = spawn(process.execPath, ['--no-warnings', child, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let isReady = false
  let tellReady = (): void => {}
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve
  })
  made.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (isReady || !text.includes('"ready"')) return
    isReady = true
    tellReady()
  })
  const ended = new Promise<Told>((resolve) => {
    made.once('close', (code) => {
      tellReady()
      // The last line may be cut short by the kill: it was not told.
      const lines = text.split('\n').slice(0, -1)
      const told = lines.map((line) => JSON.parse(line) as Announced | { ready: number })
      resolve({ announced: told.filter((line) => 'runId' in line), isReady, code })
    })
  })
  return { process: made, ready, ended }
}

async function read(option: string): Promise<{ entries: readonly LogEntry[]; problems: LogProblem[] }> {
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

async function killAgainAndAgain(option: string): Promise<boolean> {
  const counts = { kills: 0, beforeReady: 0, announced: 0, torn: 0 }
  const wrong: string[] = []
  const announced: Announced[] = []
  let open: ReadonlySet<string> = new Set()
  let entries: readonly LogEntry[] = []
  for (let n = 1; n <= kills && wrong.length === 0; n++) {
    const { process, ready, ended } = start([option])
    // Most are killed at work, some while they start.
    if (random() < 0.1) await clock.sleep(random() * 300)
    else {
      await ready
      await clock.sleep(random() * 400)
    }
    process.kill('SIGKILL')
    const told = await ended
    announced.push(...told.announced)
    const found = await read(option)
    entries = found.entries
    counts.kills++
    if (!told.isReady) counts.beforeReady++
    for (const { kind, message } of found.problems)
      if (kind === 'torn tail') counts.torn++
      else wrong.push(message)
    wrong.push(...audit(entries, announced, told.isReady ? open : new Set()))
    if (told.code === 1) wrong.push('the process ended by itself')
    open = openRuns(entries)
  }
  const last = await start([option, 'settle']).ended
  announced.push(...last.announced)
  if (last.code !== 0) wrong.push(`the last process ended with code ${last.code}`)
  entries = (await read(option)).entries
  wrong.push(...audit(entries, announced, open), ...unfollowed(entries))
  for (const runId of openRuns(entries)) wrong.push(`run ${runId} has no end after a clean stop`)
  counts.announced = announced.length
  const runs = entries.filter((entry) => !isNote(entry) && entry.action === 'run').length
  const crashes = entries.filter((entry) => !isNote(entry) && entry.action === 'crash').length
  console.log(
    `${option.split(':', 1)[0]!.padEnd(8)} ${counts.kills} kills (${counts.beforeReady} while it started), ` +
      `${runs} runs, ${counts.announced} records announced, ${crashes} crashes, ${counts.torn} torn tails: ` +
      `${wrong.length === 0 ? 'nothing lost, nothing twice' : `${wrong.length} wrong`}`,
  )
  for (const line of wrong.slice(0, 20)) console.log(`  ${line}`)
  return wrong.length === 0
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-crash-'))
let isGood = true
for (const option of [`sqlite:${join(folder, 'log.db')}`, `jsonl:${join(folder, 'log.jsonl')}`])
  if (!(await killAgainAndAgain(option))) isGood = false
if (isGood) rmSync(folder, { recursive: true })
else console.log(`the files are in ${folder}`)
process.exit(isGood ? 0 : 1)
