import java.util.Scanner;

class Lines {
    public static void main(String[] words) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) System.out.print("got " + lines.nextLine() + "\n");
    }
}
