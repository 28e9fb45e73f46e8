/**
 * Files of data folders, read and changed from the agent, on whatever storage they are. The tested system's
 * own view is the same page cache: what is written here it reads at its next read, also while it runs.
 */
import picomatch from 'picomatch'
import type { DataFile, Disks } from '../../../api.ts'
import type { Agent } from '../agent.ts'
import { fileProgram, runPerl, runShell } from './programs.ts'
import { rootOf } from './storage.ts'

type Files = Pick<
  Disks,
  'list' | 'read' | 'write' | 'truncate' | 'snapshot' | 'restore' | 'changes' | 'damaged'
>

/** Size and path of every file that is still there when it is looked at. */
const listed = ['-ignore_readdir_race', '-type', 'f', '-printf', '%s %P\\0']

/** Our own files there, while a fault is on. */
const own = /^\.schism-/

/** Where the agent keeps the copy of a node's data folder. */
const copyOf = (node: string): string => `/var/tmp/copy-${node}`

export const dataFiles = (agent: Agent, nodes: readonly string[]): Files => {
  const lines = async (
    verb: string,
    node: string,
    ...rest: readonly (string | number)[]
  ): Promise<readonly string[]> => {
    const args = [verb, rootOf(node), ...rest]
    const said = await runPerl(agent, `${verb} files of ${node}`, fileProgram, args)
    return said.split('\n').slice(0, -1)
  }
  const buffers = async (...request: Parameters<typeof lines>): Promise<readonly Buffer[]> =>
    (await lines(...request)).map((hex) => Buffer.from(hex, 'hex'))
  const shell = (what: string, script: string, node: string) =>
    runShell(agent, `${what} of ${node}`, script, [rootOf(node), copyOf(node)])
  return {
    list: async (node, glob) => {
      const argv = ['find', rootOf(node), ...listed]
      return matching(parseFiles(await agent.run(argv)), glob)
    },
    read: (node, places) =>
      buffers('read', node, ...places.flatMap(({ path, at, bytes }) => [path, at, bytes])),
    write: (node, edits) =>
      buffers(
        'write',
        node,
        ...edits.flatMap(({ path, at, content }) => [path, at, content.toString('hex')]),
      ),
    truncate: async (node, path, length) => {
      const [left = ''] = await lines('truncate', node, path, length)
      return left === '' ? undefined : Number(left)
    },
    snapshot: async (node) => {
      await shell(
        'copy the data',
        'rm -rf "$2" && mkdir "$2" && cp -a --reflink=auto "$1/." "$2/"',
        node,
      )
    },
    restore: async (node) => {
      await shell(
        'restore the data',
        'find "$1" -mindepth 1 -delete && cp -a --reflink=auto "$2/." "$1/" && : > "$1/.schism-damaged"',
        node,
      )
    },
    changes: async (node) => {
      const script = 'diff -rq --no-dereference -x ".schism-*" "$2" "$1" | wc -l'
      return Number(await shell('compare the data', script, node))
    },
    damaged: async () => {
      const script = 'for folder; do [ ! -e "$folder/.schism-damaged" ] || echo "$folder"; done'
      const said = await runShell(agent, 'look for damage', script, nodes.map(rootOf))
      return nodes.filter((node) => said.split('\n').includes(rootOf(node)))
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
