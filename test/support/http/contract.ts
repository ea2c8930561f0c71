/** Check of responses against the OpenAPI document. */
import { z } from 'zod'

interface Operation {
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema: object }> }>
}

export interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

/** A response and its request. */
export interface Asked {
  readonly method: string
  /** Path below the prefix, without a query. */
  readonly path: string
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Creates the check for one document: throws with the operation and the error. */
export function createContract(document: Document): (asked: Asked) => void {
  const paths = Object.keys(document.paths).map(
    (path) => [path, new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)] as const,
  )
  const schemas = new Map<string, z.ZodType>()
  const $defs = JSON.parse(
    JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
  )
  const read = (schema: object): z.ZodType => {
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    let made = schemas.get(text)
    if (made === undefined)
      schemas.set(text, (made = z.fromJSONSchema({ ...JSON.parse(text), $defs }) as z.ZodType))
    return made
  }

  return ({ method, path, status, type, text }) => {
    const found = paths
      .filter(([, pattern]) => pattern.test(path))
      // Fixed paths before paths with a parameter in the same place.
      .sort(([a], [b]) => a.split('{').length - b.split('{').length)
      .map(([template]) => template)
    const operation = document.paths[found[0] ?? '']?.[method.toLowerCase()]
    // Responses outside of the document are problems, which have the schema of problems.
    const schema =
      operation === undefined
        ? document.components.schemas.Problem!
        : operation.responses[String(status)]?.content[type]?.schema
    const where = `${method} ${path} ${status} ${type}`
    if (schema === undefined)
      throw new Error(`The document does not define this response: ${where}\n${text.slice(0, 500)}`)
    const result = read(schema).safeParse(type.endsWith('json') ? JSON.parse(text) : text)
    if (!result.success)
      throw new Error(`Not as documented: ${where}\n${z.prettifyError(result.error)}\n${text.slice(0, 500)}`)
  }
}
