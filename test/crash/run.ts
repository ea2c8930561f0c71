/**
 * `node run.js [KILLS] [SEED]`: kills a process that runs tasks at each failpoint, and KILLS times at random instants, over each
 * kind of store. The log is checked after each kill, and at the end all dependent tasks must have run. Prints the counts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '../../src/clock/system-clock.ts'
import { allFailpoints, type Failing, someFailpoints } from './failpoints.ts'
import { Trial } from './trial.ts'

const kills = Number(process.argv[2] ?? 200)
let seed = Number(process.argv[3] ?? 1)
const clock = createSystemClock()

/** A random number from 0 to 1, reproducible by the seed. */
function random(): number {
  seed = (Math.imul(seed ^ (seed >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
  return seed / 2 ** 32
}

/** The time limit for reaching a failpoint, ms; a process that exceeds it is killed and counts as a failure. */
const patienceMs = 15_000

async function atFailpoints(trial: Trial, failpoints: readonly Failing[], settles: boolean): Promise<void> {
  for (const [i, [point, task, times]] of failpoints.entries()) {
    if (trial.wrong.length > 0) break
    await trial.kill([point, task, String(times)], async ({ process, ended }) => {
      const undo = clock.callAfter(patienceMs, () => {
        trial.wrong.push(`'${point}' of ${task} was not reached`)
        process.kill('SIGKILL')
      })
      await ended
      undo()
    })
    if (trial.wrong.length > 0) trial.wrong.push(`the failpoint was '${point}' of ${task}`)
    // A run that a restart must find open stays open until the process dies over it.
    else if (settles && !failpoints[i + 1]?.[0].endsWith('crash')) await trial.settle()
  }
  if (trial.wrong.length === 0) await trial.settle()
}

async function atRandom(trial: Trial, times: number): Promise<void> {
  for (let n = 1; n <= times && trial.wrong.length === 0; n++)
    await trial.kill([], async ({ process, ready }) => {
      // Most processes are killed at work, some while they start.
      if (random() < 0.1) await clock.sleep(random() * 300)
      else {
        await ready
        await clock.sleep(random() * 400)
      }
      process.kill('SIGKILL')
    })
  if (trial.wrong.length === 0) await trial.settle()
}

function report(trial: Trial, how: string): boolean {
  console.log(`${how.padEnd(14)} ${trial}`)
  for (const line of trial.wrong.slice(0, 20)) console.log(`  ${line}`)
  return trial.wrong.length === 0
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-crash-'))
const isThorough = kills >= 100
let isGood = true
for (const kind of ['sqlite', 'jsonl']) {
  const failing = new Trial(`${kind}:${join(folder, `failing.${kind}`)}`)
  await atFailpoints(failing, isThorough ? allFailpoints : someFailpoints, isThorough)
  if (!report(failing, 'at failpoints')) isGood = false
  const killed = new Trial(`${kind}:${join(folder, `killed.${kind}`)}`)
  await atRandom(killed, kills)
  if (!report(killed, 'at random')) isGood = false
}
if (isGood) rmSync(folder, { recursive: true })
else console.log(`the files are in ${folder}`)
process.exit(isGood ? 0 : 1)
