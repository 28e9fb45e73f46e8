import { describe, expect, it } from 'vitest'
import { UsageError } from '../../errors.ts'
import { imageTag, renderDockerfile } from './dockerfile.ts'

describe('renderDockerfile', () => {
  it('installs the packages, in an order that does not matter', () => {
    const dockerfile = renderDockerfile(['b-server', 'a-client=1:2.3-4~x'])
    expect(dockerfile).toMatch(/^FROM schism\/base:bookworm\nRUN /)
    expect(dockerfile).toContain('--no-install-recommends a-client=1:2.3-4~x b-server &&')
    expect(renderDockerfile(['a-client=1:2.3-4~x', 'b-server'])).toBe(dockerfile)
  })
  it('refuses what is no package name', () => {
    for (const name of ['a; rm -rf /', '$(x)', '-o', ''])
      expect(() => renderDockerfile([name])).toThrow(UsageError)
    expect(() => renderDockerfile([])).toThrow('an empty list')
  })
})

describe('imageTag', () => {
  it('changes with the text and with the base, and not otherwise', () => {
    const tag = imageTag('toy', 'FROM x', 'sha256:1')
    expect(tag).toMatch(/^schism\/toy:[0-9a-f]{12}$/)
    expect(imageTag('toy', 'FROM x', 'sha256:1')).toBe(tag)
    expect(imageTag('toy', 'FROM y', 'sha256:1')).not.toBe(tag)
    expect(imageTag('toy', 'FROM x', 'sha256:2')).not.toBe(tag)
  })
})
