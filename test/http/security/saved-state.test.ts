/** Saved state (`persist`) contains unmasked params and must not be readable over HTTP. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { serve } from '../../support/http/server.ts'

test('GET /notes never shows saved state, in general or by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-kept-'))
  const served = await serve(
    (app) => {
      app.task('a', false, () => {})
    },
    { redact: (_, value) => value },
    { store: `jsonl:${join(folder, 'log.jsonl')}`, persist: true },
  )
  try {
    const { session } = served.app
    session.params.set('password', 'hunter2')
    session.hold()
    const waiting = session.task('a').run({ code: 'hunter3' })
    waiting.catch(() => {})
    const kept = async () => JSON.stringify(await session.log.notes({ note: 'state' }))
    while (!/hunter2.*hunter3/.test(await kept())) await session.clock.sleep(5)
    await session.log.note({ message: 'looked at' })
    const { body, text } = await served.ask('GET', '/notes')
    expect(body.items.map(({ note }: { note: string }) => note)).toEqual(['audit'])
    expect(text).not.toMatch(/hunter/)
    expect((await served.ask('GET', '/notes?note=state')).status).toBe(400)
  } finally {
    await served.close()
    rmSync(folder, { recursive: true })
  }
})
