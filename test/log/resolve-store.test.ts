import { expect, test } from '@jest/globals'
import { resolveStore } from '../../src/log/resolve-store.ts'
import { createMemoryStore } from '../../src/log/stores/memory.ts'

test('resolveStore returns the store of an option, synchronously if possible', async () => {
  const own = createMemoryStore()
  expect(resolveStore()).toMatchObject({ name: 'memory', durable: false })
  expect(resolveStore('memory')).toMatchObject({ name: 'memory' })
  expect(resolveStore('jsonl:./a.jsonl')).toMatchObject({ name: 'jsonl:./a.jsonl', durable: true })
  expect(resolveStore('jsonl:C:\\a.jsonl')).toMatchObject({ name: 'jsonl:C:\\a.jsonl' })
  expect(resolveStore('csv:./a.csv')).toMatchObject({ name: 'csv:./a.csv', durable: true })
  expect(resolveStore('sqlite:./a.db')).toMatchObject({ name: 'sqlite:./a.db', durable: true })
  expect(resolveStore(own)).toBe(own)
  expect(resolveStore(() => own)).toBe(own)
  await expect(resolveStore(async () => own)).resolves.toBe(own)
  await expect(resolveStore(async () => undefined as never)).rejects.toThrow(/store as it must be .*: null/)
  expect(() => resolveStore(() => undefined as never)).toThrow(TypeError)
  await expect(resolveStore(async () => 'memory')).resolves.toMatchObject({ name: 'memory' })
})

test('resolveStore refuses other values, and lists the valid ones', () => {
  expect(() => resolveStore('jsnl:./a')).toThrow(/Did you mean 'jsonl'\?/)
  expect(() => resolveStore('jsonl:')).toThrow(RangeError)
  expect(() => resolveStore({ append() {} } as never)).toThrow(TypeError)
  expect(() => resolveStore(5 as never)).toThrow(/must be 'memory', 'jsonl:/)
})
