/** Reference systems in containers: each runs its own program, one process of Node in each. */
import { programSpec, type System } from '../../harness/api.ts'

/** @param index the system's own file: `import.meta.filename` */
export const inContainers = (index: string): Pick<System, 'image' | 'spec'> => ({
  image: { packages: ['nodejs'] },
  spec: programSpec(index),
})
