/** The dashboard's files, served from memory: no path can reach the file system. */
import { gunzipSync } from 'node:zlib'
import type { PackedAsset } from '../../dashboard/assets.ts'
import { Problem } from '../contract/problem.ts'

/** Content security policy: only the dashboard's scripts and styles, nothing inline or from other origins, no framing. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Handler of the dashboard's paths. */
export type Pages = (request: Request, path: string) => Promise<Response>

/** Creates the handler of the dashboard. The files are loaded at the first request. */
export function createPages(): Pages {
  let loading: Promise<ReadonlyMap<string, PackedAsset>> | null = null
  return async (request, path) => {
    if (path === '') return toFolder(request)
    loading ??= load()
    const asset = (await loading).get(path === '/' ? 'index.html' : path.slice(1))
    if (asset === undefined) throw new Problem(404, 'path-not-found', 'Cannot find anything at that path.')
    return toResponse(asset, request)
  }
}

async function load(): Promise<ReadonlyMap<string, PackedAsset>> {
  const { assets } = await import('../../dashboard/assets.ts')
  if (assets.length === 0)
    throw new Problem(
      503,
      'no-dashboard',
      'Cannot show the dashboard as it is not built. Run the build first.',
    )
  return new Map(assets.map((asset) => [asset.path, asset]))
}

/** Redirects to the path with a trailing slash: the page's relative URLs need it. */
function toFolder(request: Request): Response {
  const { pathname, search } = new URL(request.url)
  return new Response(null, {
    status: 308,
    headers: { location: `${pathname.slice(pathname.lastIndexOf('/') + 1)}/${search}` },
  })
}

function toResponse({ path, type, etag, content }: PackedAsset, request: Request): Response {
  const isPage = path === 'index.html'
  const headers = new Headers({
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy': policy,
  })
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  const packed = Buffer.from(content, 'base64')
  const takesGzip = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  if (takesGzip) headers.set('content-encoding', 'gzip')
  return new Response(takesGzip ? packed : gunzipSync(packed), { headers })
}
