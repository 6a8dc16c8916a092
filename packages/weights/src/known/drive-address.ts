/** Google Drive, where many research projects keep their files. */

/** The page of a file. */
export const drivePage = (id: string): string => `https://drive.google.com/file/d/${id}/view`;

/** Its bytes. Drive answers with a web page instead when a file was asked for too often; then only a browser helps. */
export const driveAddress = (id: string): string => `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t`;
