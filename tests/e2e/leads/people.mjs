// Invented people for files of leads, with numbers that no other part of the drives uses.
const FIRST = ["Asha", "Bela", "Chirag", "Diya", "Eshan", "Farah", "Gaurav", "Hema", "Ishaan", "Jaya", "Kavya", "Lalit", "Meera", "Nikhil", "Ojas", "Zoë", "सुनीता"];
const LAST = ["Quillon", "Bracken", "Candlewick", "Driftwood", "Eventide", "Fallowfield", "Gossamer", "Hollowell", "Inkwell", "Juniper", "Kettlebank", "Larkspur"];

export const nameOf = (random) => `${FIRST[random(FIRST.length)]} ${LAST[random(LAST.length)]}`;

/** `9811000042` for the 42nd of the group 11. */
export const numberOf = (group, n) => `98${group}${String(n).padStart(6, "0")}`;
