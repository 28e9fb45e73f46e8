import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cleanTempFolders, withTempFolder } from './temp-folder.ts'

describe('a temporary folder', () => {
  it('is removed after its use, also after an error', async () => {
    let folder = ''
    const failing = withTempFolder(async (path) => {
      folder = path
      await writeFile(join(path, 'file'), 'x')
      throw new Error('broken')
    })
    await expect(failing).rejects.toThrow('broken')
    expect(await readdir(tmpdir())).not.toContain(folder.split('/').at(-1))
  })

  it('is cleaned when its process is dead, and kept while it lives', async () => {
    await withTempFolder(async (own) => {
      const left = join(tmpdir(), `schism-4194304-1-test${process.pid}`)
      await mkdir(join(left, 'a/b'), { recursive: true })
      expect(await cleanTempFolders(false)).toContain(left)
      const names = await readdir(tmpdir())
      expect(names).not.toContain(left.split('/').at(-1))
      expect(names).toContain(own.split('/').at(-1))
    })
  })
})
