/** The packages of PostgreSQL alone and with standbys under Patroni: one image for both, so that it is built once. */
import type { Image } from '../../../harness/api.ts'

export const image: Image = {
  packages: ['postgresql-15', 'patroni', 'python3-etcd', 'etcd-server'],
}
