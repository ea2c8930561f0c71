import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { createApp, type News, type NewsType } from '../../../../src/index.ts'
import type { LogProblem } from '../../../../src/log/store-problem.ts'
import { createCsvStore } from '../../../../src/log/stores/formats/csv.ts'
import { createJsonlStore } from '../../../../src/log/stores/formats/jsonl.ts'
import { silent } from '../../../support/silent.ts'
import { describeFileStore } from '../../../support/stores/file-laws.ts'
import { newPathsIn, record } from '../../../support/stores/store-laws.ts'

const { newPath } = newPathsIn('file-store', 'log')

describeFileStore('jsonl', (path, onProblem) => createJsonlStore(path, onProblem && { onProblem }))
describeFileStore('csv', (path, onProblem) => createCsvStore(path, onProblem && { onProblem }))

describe.each(['jsonl', 'csv'] as const)('an idle %s log', (kind) => {
  const create = kind === 'csv' ? createCsvStore : createJsonlStore

  test('check restores the file and reports it, or throws the obstacle', async () => {
    const path = newPath()
    const problems: LogProblem[] = []
    const store = create(path, { onProblem: (problem) => problems.push(problem) })
    await store.check!()
    await store.append([record(1)])
    await store.check!()
    expect(problems).toEqual([])
    rmSync(path)
    await store.check!()
    expect(problems).toMatchObject([{ kind: 'displaced', path }])
    expect(readFileSync(path, 'utf8')).toContain('a-1')
    rmSync(path)
    mkdirSync(path)
    await expect(store.check!()).rejects.toThrow(/Cannot restore run log .* must be a file/)
    rmdirSync(path)
    await store.check!()
    expect(readFileSync(path, 'utf8')).toContain('a-1')
    await store.close()
    await store.check!()
  })

  test('a file that cannot be restored at the end is reported', async () => {
    const path = newPath()
    const problems: LogProblem[] = []
    const store = create(path, { onProblem: (problem) => problems.push(problem) })
    await store.append([record(1)])
    rmSync(path)
    mkdirSync(path)
    await store.close()
    expect(problems).toMatchObject([
      { kind: 'displaced', message: expect.stringContaining('Cannot restore') },
    ])
  })

  test('a session detects it without an append: a warning and a new file, or a degraded log until there is one', async () => {
    const path = newPath()
    const app = createApp({ store: `${kind}:${path}`, logger: silent })
    const { session } = app
    const next = <N extends NewsType>(name: N): Promise<Extract<News, { type: N }>> =>
      new Promise((resolve) => {
        const undo = session.on(name, (news) => {
          undo()
          resolve(news as Extract<News, { type: N }>)
        })
      })
    app.task('a', false, () => 1)
    await app.start()
    await session.task('a').run()
    const warning = next('session.warning')
    rmSync(path)
    expect((await warning).message).toContain('was deleted while it was open')
    expect(readFileSync(path, 'utf8')).toContain('success')
    expect(session.log.health.state).toBe('ok')
    const degraded = next('session.degraded')
    rmSync(path)
    mkdirSync(path)
    expect((await degraded).reason).toContain('must be a file')
    const recovered = next('session.recovered')
    rmdirSync(path)
    await recovered
    expect(readFileSync(path, 'utf8')).toContain('success')
    session.shutDown()
    await session.stopped
  })
})
