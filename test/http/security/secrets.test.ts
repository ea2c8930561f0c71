/** Values of `secret()` never leave over HTTP: the log masks them, and so do live events. */
import { expect, test } from '@jest/globals'
import { secret } from 'gantry'
import { follow } from '../../support/http/follow.ts'
import { serve } from '../../support/http/server.ts'

test('a secret that work logs or returns is masked in events, lines and runs', async () => {
  const served = await serve((app) => {
    const args = { key: secret('hunter2-hunter2') }
    app.task('fails', false, { args }, ({ key }, run) => {
      run.log.info(`with ${key}`)
      run.progress(0.5, `at ${key}`)
      throw new Error(`bad ${key}`)
    })
    app.task('returns', false, { args }, ({ key }) => ({ got: key }))
  })
  try {
    const { session } = served.app
    const follower = await follow(served.url)
    const runs = [await session.task('fails').run(), await session.task('returns').run()]
    expect(runs[1]?.value).toEqual({ got: 'hunter2-hunter2' })
    await follower.until(({ name, data }) => name === 'run.ended' && data.task === 'returns')
    follower.leave()
    const texts = follower.seen.map(({ data }) => JSON.stringify(data))
    for (const { runId } of runs)
      for (const path of [`/runs/${runId}`, `/runs/${runId}/logs`])
        texts.push((await served.ask('GET', path)).text)
    expect(texts.join('\n')).toMatch(/with \(redacted\)[\s\S]*at \(redacted\)[\s\S]*bad \(redacted\)/)
    expect(texts.join('\n')).not.toMatch(/hunter/)
  } finally {
    await served.close()
  }
})
