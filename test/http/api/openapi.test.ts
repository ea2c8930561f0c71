import { expect, test } from '@jest/globals'
import { toDocument } from '../../../src/http/api/openapi.ts'
import { prefix, routes } from '../../../src/http/routes/table.ts'
import { createContract, type Document } from '../../support/http/contract.ts'

const text = JSON.stringify(toDocument(routes, prefix))
// biome-ignore lint/suspicious/noExplicitAny: the test inspects a document
const document = JSON.parse(text) as any

test('the document has every route of the table, once', () => {
  const named = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.entries<{ operationId: string }>(item as never).map(
      ([method, { operationId }]) => `${method} ${path} ${operationId}`,
    ),
  )
  expect(named.sort()).toEqual(
    routes.map(({ method, path, name }) => `${method.toLowerCase()} ${path} ${name}`).sort(),
  )
  expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length)
})

test('every reference leads to a schema', () => {
  const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
  expect(refs.length).toBeGreaterThan(100)
  expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([])
})

test('mutations have the permission of their command, and only two routes are open', () => {
  const open = routes.filter(({ permission }) => permission === 'public').map(({ name }) => name)
  expect(open).toEqual(['isAlive', 'isReady'])
  for (const { method, permission, name } of routes)
    expect([name, method === 'GET']).toEqual([name, permission === 'read' || permission === 'public'])
})

test('an undocumented answer fails the check', () => {
  const check = createContract(document as Document)
  const graph = { method: 'GET', path: '/graph', status: 200, type: 'application/json' }
  expect(() => check({ ...graph, text: '{"tasks":[],"links":[]}' })).not.toThrow()
  expect(() => check({ ...graph, text: '{"tasks":[],"links":[],"more":1}' })).toThrow(/Not as documented/)
  expect(() => check({ ...graph, text: '{"tasks":[1],"links":[]}' })).toThrow(/Not as documented/)
  expect(() => check({ ...graph, status: 418, text: '{}' })).toThrow(/does not define this response/)
  const tree = {
    id: 'a',
    key: 'a',
    type: 'atomic',
    history: null,
    description: null,
    initial: null,
    invokes: [],
    entry: [],
    exit: [],
    transitions: [],
  }
  const machine = (states: unknown) =>
    JSON.stringify({ definition: { ...tree, states }, active: [], value: 'a', context: null })
  const path = { method: 'GET', path: '/session/machine', status: 200, type: 'application/json' }
  expect(() => check({ ...path, text: machine([{ ...tree, states: [] }]) })).not.toThrow()
  expect(() => check({ ...path, text: machine([{ ...tree, states: [{}] }]) })).toThrow(/Not as documented/)
})
