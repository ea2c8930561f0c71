/**
 * `node run.js [KILLS] [SEED]`: kills a process that runs workflows KILLS times over each kind of store, at each point of a workflow in
 * turn and at random instants. The log is checked after each kill, and at the end all workflows must have ended. Prints the counts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../../src/clock/system-clock.ts'
import { isNote, type LogEntry } from '../../../src/log/entry.ts'
import { readLog } from '../trial.ts'
import { type Line, ofDelays, ofRuns, ofSteps } from './audit.ts'

const kills = Number(process.argv[2] ?? 150)
let seed = Number(process.argv[3] ?? 1)
const clock = createSystemClock()
const program = fileURLToPath(new URL('./app.js', import.meta.url))
/** The time limit of a process, ms; one that exceeds it counts as a failure. */
const patienceMs = 30_000
/** About the number of points of one workflow. */
const pointsPerRun = 90

/** A random number from 0 to 1, reproducible by the seed. */
function random(): number {
  seed = (Math.imul(seed ^ (seed >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
  return seed / 2 ** 32
}

/** Runs a process to its end, or for `afterMs`. Returns its exit code; null if it was killed. */
async function runChild(args: readonly string[], afterMs: number): Promise<number | null> {
  const child = spawn(process.execPath, ['--no-warnings', program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const undo = clock.callAfter(afterMs, () => child.kill('SIGKILL'))
  const [code] = (await once(child, 'exit')) as [number | null]
  undo()
  return code
}

/** The whole lines of a file: the kill may have cut the last one short. */
function linesOf(file: string): Line[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Line)
}

async function attempt(kind: string, folder: string): Promise<boolean> {
  const option = `${kind}:${join(folder, `workflows.${kind}`)}`
  const file = join(folder, `${kind}.lines`)
  const wrong: string[] = []
  const dues = new Map<string, number>()
  let entries: readonly LogEntry[] = []
  const check = async (): Promise<void> => {
    const read = await readLog(option)
    entries = read.entries
    for (const { kind: what, message } of read.problems) if (what !== 'torn tail') wrong.push(message)
    wrong.push(...ofSteps(linesOf(file)), ...ofDelays(entries, dues))
  }
  let atRandom = 0
  for (let n = 0; n < kills && wrong.length === 0; n++) {
    // Each point in turn if there are enough kills, and some instants that are no point.
    const isRandom = n % 10 === 9
    const points = kills >= pointsPerRun ? (n % pointsPerRun) + 1 : 1 + Math.floor(random() * pointsPerRun)
    const code = await runChild(
      [option, file, String(isRandom ? 1e9 : points)],
      isRandom ? 100 + random() * 900 : patienceMs,
    )
    if (isRandom) atRandom++
    if (code !== null) wrong.push(`the process ended by itself, with code ${code}`)
    await check()
  }
  const lines = linesOf(file)
  const reached = new Map<string, number>()
  for (const { point } of lines) if (point !== undefined) reached.set(point, (reached.get(point) ?? 0) + 1)
  if (wrong.length === 0) {
    const code = await runChild([option, file, '0'], patienceMs)
    if (code !== 0) wrong.push(`the last process ended with code ${code}`)
    await check()
    wrong.push(...ofRuns(entries, linesOf(file), dues))
  }
  const all = linesOf(file)
  const atPoints = [...reached.values()].reduce((sum, n) => sum + n, 0)
  if (wrong.length === 0 && atPoints + atRandom < kills) wrong.push(`only ${atPoints} points were reached`)
  const count = (what: string): number => all.filter((line) => line.what === what).length
  const runs = entries.filter((entry) => !isNote(entry) && entry.action === 'run').length
  console.log(
    `${kind.padEnd(8)} ${atPoints + atRandom} kills (${atRandom} at random, others at ${reached.size} points), ${runs} workflows, ` +
      `${count('begin')} steps begun, ${count('end')} ended, ${count('answer')} events answered, ${dues.size} delays: ` +
      (wrong.length === 0 ? 'nothing lost, no finished step twice' : `${wrong.length} wrong`),
  )
  for (const line of wrong.slice(0, 20)) console.log(`  ${line}`)
  return wrong.length === 0
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-workflow-kills-'))
let isGood = true
for (const kind of ['sqlite', 'jsonl']) if (!(await attempt(kind, folder))) isGood = false
if (isGood) rmSync(folder, { recursive: true })
else console.log(`the files are in ${folder}`)
process.exit(isGood ? 0 : 1)
