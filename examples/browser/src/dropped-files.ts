/** Handles files dropped anywhere on the page: a text, or the files of a model, loose or in a folder. */
import { find } from './elements.ts'

export function listenForDrops(onFiles: (files: File[]) => void): void {
  const cover = find('drop', HTMLElement)
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    cover.hidden = false
  })
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) cover.hidden = true
  })
  document.addEventListener('drop', (event) => {
    cover.hidden = true
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    // Entries must be taken before the event ends; what they hold is read after.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry())
    const loose = [...event.dataTransfer.files]
    void gather(entries, loose).then(onFiles)
  })
}

async function gather(entries: (FileSystemEntry | null)[], loose: File[]): Promise<File[]> {
  const folders = entries.filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[]
  if (folders.length === 0) return loose
  const held = await Promise.all(folders.map(filesOf))
  return [...loose.filter((_, index) => entries[index]?.isFile), ...held.flat()]
}

/** A folder's own files; those of folders below it are not a model's. */
async function filesOf(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader()
  const files: File[] = []
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return files
    for (const entry of entries) {
      if (entry.isFile) {
        files.push(
          await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
        )
      }
    }
  }
}
