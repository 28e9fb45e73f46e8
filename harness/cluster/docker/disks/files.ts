/**
 * Files of data folders, read and changed from the agent, on whatever storage they are. The tested system's
 * own view is the same page cache: what is written here it reads at its next read, also while it runs.
 */
import picomatch from 'picomatch'
import type { DataFile, Disks } from '../../../api.ts'
import type { Agent } from '../agent.ts'
import { fileProgram } from './programs.ts'
import { rootOf } from './storage.ts'

type Files = Pick<
  Disks,
  'list' | 'read' | 'write' | 'truncate' | 'snapshot' | 'restore' | 'changes'
>

/** Our own files there, while a fault is on. */
const own = /^\.schism-/

/** Where the agent keeps the copy of a node's data folder. */
const copyOf = (node: string): string => `/var/tmp/copy-${node}`

export const dataFiles = (agent: Agent): Files => {
  const change = (
    verb: string,
    node: string,
    path: string,
    ...rest: readonly (string | number)[]
  ) => agent.run(['perl', '-e', fileProgram, verb, rootOf(node), path, ...rest.map(String)])
  const shell = (script: string, node: string) =>
    agent.run(['sh', '-c', script, 'sh', rootOf(node), copyOf(node)])
  return {
    list: async (node, glob) => {
      const argv = ['find', rootOf(node), '-type', 'f', '-printf', '%s %P\\0']
      return matching(parseFiles(await agent.run(argv)), glob)
    },
    read: async (node, path, from, length) =>
      Buffer.from(await change('read', node, path, from, length), 'hex'),
    write: async (node, path, from, bytes) => {
      await change('write', node, path, from, bytes.toString('hex'))
    },
    truncate: async (node, path, length) => {
      await change('truncate', node, path, length)
    },
    snapshot: async (node) => {
      await shell('rm -rf "$2" && mkdir "$2" && cp -a --reflink=auto "$1/." "$2/"', node)
    },
    restore: async (node) => {
      await shell('find "$1" -mindepth 1 -delete && cp -a --reflink=auto "$2/." "$1/"', node)
    },
    changes: async (node) => {
      const script = 'diff -rq --no-dereference "$2" "$1" | wc -l'
      return Number(await shell(script, node))
    },
  }
}

const parseFiles = (listing: string): readonly DataFile[] =>
  listing.split('\0').flatMap((entry) => {
    const space = entry.indexOf(' ')
    return space < 0 ? [] : [{ path: entry.slice(space + 1), bytes: Number(entry.slice(0, space)) }]
  })

/** Those that a glob means, by path. */
export const matching = (files: readonly DataFile[], glob: string): readonly DataFile[] => {
  const isMeant = picomatch(glob, { dot: true })
  return files
    .filter(({ path }) => !own.test(path) && isMeant(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
