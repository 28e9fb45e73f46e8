/**
 * How a container of a run starts: what it is made of, what runs in it, where its data lies, and what it waits
 * for. Most systems need the first lines alone; the rest is for those that somebody else describes.
 */

/** Where a container's image comes from. */
export type Image =
  /** Built from these Debian packages on the Debian base image. */
  | { readonly packages: readonly string[] }
  /** Used as it is; pulled from a registry where the engine has none of that name. */
  | { readonly reference: string }
  /** Built from a folder of this machine. */
  | { readonly build: ImageBuild }

/** A build as `docker build` does it; paths are absolute, or relative to the folder. */
export interface ImageBuild {
  readonly folder: string
  readonly dockerfile: string
  readonly args: Readonly<Record<string, string>>
  readonly target?: string
}

/** Something of this machine that a container sees and cannot change. */
export interface BindMount {
  /** An absolute path of this machine. */
  readonly from: string
  readonly to: string
}

/** A file or a folder of this machine that is copied into a container before its first start. */
export interface Copy {
  readonly from: string
  readonly to: string
}

/** What must be so of another container before one starts. */
export interface StartsAfter {
  readonly name: string
  readonly until: 'started' | 'healthy' | 'completed'
}

/** Settings of the engine that a container may need beyond what it runs. */
export interface ContainerSettings {
  /** The arguments stand behind the image's own entry point, and in place of its command unless there are none. */
  readonly entryPoint?: 'image'
  readonly workingFolder?: string
  readonly hostname?: string
  /** Other names under which the containers of the run find it. */
  readonly aliases?: readonly string[]
  /** `name:address` lines for its hosts file. */
  readonly hosts?: readonly string[]
  readonly capabilities?: readonly string[]
  readonly sysctls?: Readonly<Record<string, string>>
  readonly limits?: readonly {
    readonly name: string
    readonly soft: number
    readonly hard: number
  }[]
  readonly sharedMemoryBytes?: number
  readonly init?: true
  readonly readOnly?: true
  /** Folders in memory: folder → mount options. They are empty after every start. */
  readonly memoryFolders?: Readonly<Record<string, string>>
  readonly binds?: readonly BindMount[]
  readonly copies?: readonly Copy[]
  /** Folders that survive kill and restart beside the data folder; faults of disks do not reach them. */
  readonly volumes?: readonly VolumeMount[]
  /** Run in the container; exit code 0 means that it serves. */
  readonly health?: readonly string[]
  readonly after?: readonly StartsAfter[]
}

/** A volume of the run, by a name under which other containers may have it too. */
export interface VolumeMount {
  readonly name: string
  readonly to: string
}

/** How one container starts. */
export interface NodeSpec {
  /** The program and its arguments. */
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
  /** Files written into the container before its first start: absolute path → text. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder whose content survives kill and restart: a volume of its own. Absent: faults of disks are refused. */
  readonly dataFolder?: string
  /** What asks its main process to end in an orderly way, as its makers' images do; SIGTERM if absent. */
  readonly stopSignal?: string
  readonly settings?: ContainerSettings
}
