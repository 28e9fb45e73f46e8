/** The files of a run: listed, shown as text whatever they hold, and all of them as one zip archive. */
import { createReadStream, type ReadStream, readdirSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join, relative } from 'node:path'
import { ZipFile } from 'yazl'
import type { Answer } from './answer.ts'

export interface RunFile {
  /** From the run's folder. */
  readonly path: string
  readonly bytes: number
}

/** All plain files of a run, sorted; links are left out. */
export const filesOf = (folder: string): readonly RunFile[] =>
  pathsIn(folder)
    .map((path) => ({
      path: relative(folder, path),
      bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))

const pathsIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return pathsIn(path)
    return entry.isFile() && !entry.name.startsWith('.') ? [path] : []
  })

/** A file as text: a browser shows it and runs nothing of it. */
export const fileAnswer = (path: string): Answer => ({
  kind: 'stream',
  type: 'text/plain; charset=utf-8',
  send: (response) => {
    const bytes = createReadStream(path)
    bytes.on('error', (error) => response.destroy(error))
    response.on('close', () => bytes.destroy())
    bytes.pipe(response)
  },
})

/** The run as a zip archive, made while it is sent: as large as its files, never in memory. */
export const zipAnswer = (folder: string, id: string): Answer => ({
  kind: 'stream',
  type: 'application/zip',
  headers: { 'Content-Disposition': `attachment; filename="${id}.zip"` },
  send: (response) => sendZip(folder, id, response),
})

const sendZip = (folder: string, id: string, response: ServerResponse): void => {
  const zip = new ZipFile()
  let reading: ReadStream | undefined
  zip.on('error', (error) => response.destroy(error as Error))
  response.on('close', () => reading?.destroy())
  for (const { path, bytes } of filesOf(folder)) {
    const full = join(folder, path)
    const options = { mtime: statSync(full).mtime, size: bytes }
    if (bytes === 0) zip.addBuffer(Buffer.alloc(0), `${id}/${path}`)
    else
      zip.addReadStreamLazy(`${id}/${path}`, options, (give) => {
        // A history that still grows is taken as long as it was.
        reading = createReadStream(full, { end: bytes - 1 })
        give(null, reading)
      })
  }
  zip.end()
  zip.outputStream.pipe(response)
}
