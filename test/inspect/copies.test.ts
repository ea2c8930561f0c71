import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

// The companion package imports nothing from this one, so that it can be used with any XState 5 program. What both need
// is there twice, and stays the same.
test.each(['plain', 'visitors', 'guard'])('%s.ts is the same text in both packages', (name) => {
  const text = (path: string) => readFileSync(new URL(`../../${path}/${name}.ts`, import.meta.url), 'utf8')
  expect(text('packages/xstate-inspect/src')).toBe(text('src/inspect'))
})
