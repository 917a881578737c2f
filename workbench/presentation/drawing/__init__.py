"""How figures look: charts, maps, and the colours and letters that pages, PDFs and pictures share."""
