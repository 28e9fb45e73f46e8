/** For tests: the least program that has something to do with all of its world. */
import type { StartProgram, System } from '../api.ts'

/** `put` keeps a value, `save` one that is safe when it answers, `get` tells it, `fall` ends in an error. */
const keeper: StartProgram = (world) => {
  world.log('begins')
  return {
    receive: ({ src, body }) => {
      const answer = (): void => {
        const value = world.storage.get('value') ?? null
        world.send(src, { type: 'ok', in_reply_to: body.msg_id!, value, now: world.now() })
      }
      if (body.type === 'fall') throw new Error('fell')
      if (body.type !== 'get') world.storage.put('value', body.value!)
      if (body.type === 'save') world.storage.sync(answer)
      else answer()
    },
  }
}

export default { program: () => keeper } satisfies Pick<System, 'program'>
