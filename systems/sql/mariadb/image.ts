/** The packages of MariaDB alone and of MariaDB with Galera: one image for both. */
import type { Image } from '../../../harness/api.ts'

export const image: Image = {
  // What the last three are for: the transfer of a whole state between nodes of Galera, and how nodes find out who begins.
  packages: ['mariadb-server', 'galera-4', 'rsync', 'socat', 'iproute2'],
}
