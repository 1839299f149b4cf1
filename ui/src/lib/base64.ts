/** A file as text, as the server takes it. */
export const base64 = (part: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => { resolve(String(reader.result).replace(/^[^,]*,/, "")); };
  reader.onerror = () => { reject(new Error("the file cannot be read any more")); };
  reader.readAsDataURL(part);
});
