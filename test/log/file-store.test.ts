import { renameSync, rmSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { Undo } from '../../src/clock.ts'
import { createCsvStore } from '../../src/log/csv.ts'
import { createFileStore } from '../../src/log/file-store.ts'
import { createJsonlStore } from '../../src/log/jsonl.ts'
import { jsonlFormat } from '../../src/log/jsonl-line.ts'
import type { LogProblem } from '../../src/log/problem.ts'
import { describeFileStore } from './file-laws.ts'
import { newPathsIn, record } from './store-laws.ts'

const { newPath } = newPathsIn('file-store', 'jsonl')

describeFileStore('jsonl', (path, onProblem) => createJsonlStore(path, onProblem && { onProblem }))
describeFileStore('csv', (path, onProblem) => createCsvStore(path, onProblem && { onProblem }))

/** A clock whose timers wait until they are called. */
class HandClock {
  readonly waiting = new Set<() => void>()

  callAfter(_: number, call: () => void): Undo {
    this.waiting.add(call)
    return () => this.waiting.delete(call)
  }

  tick(): void {
    for (const call of [...this.waiting]) {
      this.waiting.delete(call)
      call()
    }
  }
}

test('an idle store notices within a second that its file is gone, restores it, and goes on looking', async () => {
  const path = newPath()
  const clock = new HandClock()
  const problems: LogProblem[] = []
  let told = (): void => {}
  const onProblem = (problem: LogProblem): void => {
    problems.push(problem)
    told()
  }
  const store = createFileStore(path, jsonlFormat, { onProblem }, clock)
  await store.append([record(1)])
  for (const disturb of [() => rmSync(path), () => renameSync(path, `${path}.1`)]) {
    disturb()
    const isTold = new Promise<void>((resolve) => (told = resolve))
    // The timer is set anew once the look before has ended.
    while (clock.waiting.size === 0) await new Promise((resolve) => setImmediate(resolve))
    clock.tick()
    await isTold
  }
  expect(problems.map(({ kind }) => kind)).toEqual(['displaced', 'displaced'])
  await store.close()
  expect(clock.waiting.size).toBe(0)
  const again = createJsonlStore(path)
  expect(await again.load()).toEqual([record(1)])
  await again.close()
})
