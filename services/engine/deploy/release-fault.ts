import { relative, sep } from 'node:path'

/** A sentence such as `/labs/one/hosts/server-1/codebase/releases/v3/app/news.js:2: Cannot find module ...` in its parts. */
export function readFault(
  fault: string | null,
  folder: string,
): { readonly fault: string | null; readonly file: string | null; readonly line: number | null } {
  const match = fault === null ? null : /^(.+?):(\d+): (.*)$/s.exec(fault)
  const path = match?.[1]
  if (path === undefined || !path.startsWith(folder + sep)) return { fault, file: null, line: null }
  const file = relative(folder, path).split(sep).join('/')
  return { fault: match?.[3] ?? fault, file, line: Number(match?.[2]) }
}
