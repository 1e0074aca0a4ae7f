# Loads an export of sledmon: every table as a data frame.
#
#   Rscript load_session.R                              prints what is there
#   source("load_session.R"); tables <- load_session("the folder"); tables$reps
#
# Base R reads .csv; .parquet needs the package arrow, .xlsx the package readxl.

load_session <- function(folder = ".") {
  text <- c("recording", "athlete", "surface", "start_rule", "zone", "certainty", "flag",
            "line", "cause", "advice", "trust", "notes")
  yes_or_no <- c("unresisted", "complete", "excluded", "clipped", "late")

  read_one <- function(name) {
    path <- function(ending) file.path(folder, paste0(name, ending))
    if (file.exists(path(".csv"))) {
      header <- names(read.csv(path(".csv"), nrows = 1))
      kinds <- ifelse(header %in% text, "character", "numeric")
      table <- read.csv(path(".csv"), colClasses = kinds, na.strings = "", encoding = "UTF-8")
    } else if (file.exists(path(".parquet"))) {
      table <- as.data.frame(arrow::read_parquet(path(".parquet")))
    } else {
      book <- file.path(folder, "session.xlsx")
      if (!file.exists(book) || !(name %in% readxl::excel_sheets(book))) return(NULL)
      table <- as.data.frame(readxl::read_excel(book, sheet = name, guess_max = 1e5))
    }
    for (column in intersect(yes_or_no, names(table))) {
      table[[column]] <- as.logical(table[[column]])
    }
    table
  }

  names <- c("reps", "curves", "samples", "imu", "encoder")
  tables <- lapply(names, read_one)
  names(tables) <- names
  Filter(Negate(is.null), tables)
}

if (sys.nframe() == 0) {
  tables <- load_session(if (length(commandArgs(TRUE))) commandArgs(TRUE)[1] else ".")
  for (name in names(tables)) {
    cat(sprintf("%s: %d rows, %d columns\n", name, nrow(tables[[name]]), ncol(tables[[name]])))
  }
  print(aggregate(window_velocity_mps ~ unresisted + load_kg, tables$reps, mean))
}
